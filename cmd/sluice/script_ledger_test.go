package main

import (
	"database/sql"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // the ledger's database
)

// ledger FILE prints all that stands in a ledger's file, row by row, with what
// is compressed in it taken apart.
func dumpLedger(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ledger FILE")
	}
	db, err := sql.Open("sqlite", "file:"+ts.MkAbs(args[0])+"?mode=ro")
	ts.Check(err)
	defer func() { _ = db.Close() }()
	tables, err := db.Query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
	ts.Check(err)
	var names []string
	for tables.Next() {
		var name string
		ts.Check(tables.Scan(&name))
		names = append(names, name)
	}
	ts.Check(tables.Err())
	unpack, err := zstd.NewReader(nil)
	ts.Check(err)
	defer unpack.Close()
	for _, name := range names {
		ts.Check(dumpTable(ts.Stdout(), db, name, unpack))
	}
}

func dumpTable(w io.Writer, db *sql.DB, name string, unpack *zstd.Decoder) error {
	rows, err := db.Query(`SELECT * FROM "` + name + `"`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range values {
			b, packed := v.([]byte)
			if packed && name == "payloads" && columns[i] == "data" {
				if b, err = unpack.DecodeAll(b, nil); err != nil {
					return err
				}
			}
			if packed {
				values[i] = strings.ToValidUTF8(string(b), "?")
			}
			fmt.Fprintf(w, "%s.%s = %v\n", name, columns[i], values[i])
		}
	}
	return rows.Err()
}
