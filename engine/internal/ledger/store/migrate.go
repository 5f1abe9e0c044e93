package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// migrate brings the ledger to the version of the last step, in one
// transaction: it is then of the new version or, after any fault, of the old.
func migrate(ctx context.Context, db *sql.DB, steps []string) error {
	version, err := versionOf(ctx, db)
	if err != nil || version == len(steps) {
		return err
	}
	if version > len(steps) {
		return &newerError{version, len(steps)}
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	// Asked again, now that nobody else can migrate.
	if version, err = versionOf(ctx, tx); err != nil || version >= len(steps) {
		return err
	}
	for n := version; n < len(steps); n++ {
		if _, err := tx.ExecContext(ctx, steps[n]); err != nil {
			return fmt.Errorf("bring the ledger from version %d to %d: %w", n, n+1, err)
		}
	}
	if _, err := tx.ExecContext(ctx, "UPDATE sluice_ledger SET version = ?", len(steps)); err != nil {
		return err
	}
	return tx.Commit()
}

// querier is what asks the database: a pool or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// versionOf returns the version of the ledger in db. A database without the
// table that says so belongs to another program.
func versionOf(ctx context.Context, db querier) (int, error) {
	var found int
	err := db.QueryRowContext(ctx,
		"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'sluice_ledger'").Scan(&found)
	if err != nil {
		return 0, err
	}
	if found == 0 {
		return 0, errForeign
	}
	var version int
	err = db.QueryRowContext(ctx, "SELECT version FROM sluice_ledger").Scan(&version)
	if errors.Is(err, sql.ErrNoRows) || err == nil && version < 1 {
		return 0, &damage{"it does not say which version it is"}
	}
	return version, err
}
