package brightstores

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/sluicehq/sluice/connectors/twin/brightstores/orders"
	"github.com/sluicehq/sluice/connectors/twin/wire"
)

// userAddress is an entry of a user's address book.
type userAddress struct {
	ID        int64     `json:"id"`
	Nickname  wire.Text `json:"nickname"`
	FirstName wire.Text `json:"first_name"`
	LastName  wire.Text `json:"last_name"`
	orders.Address
	Email           wire.Text `json:"email"`
	Phone           wire.Text `json:"phone"`
	DefaultShipping wire.Bool `json:"default_shipping"`
	DefaultBilling  wire.Bool `json:"default_billing"`
}

// userNote is a note about a user; its time is UTC with milliseconds.
type userNote struct {
	ID        int64  `json:"id"`
	Username  string `json:"username"`
	CreatedAt string `json:"created_at"`
	Note      string `json:"note"`
}

func (s *Shop) listAddresses(r *wire.Request) wire.Answer {
	u, ok := s.userAt(r)
	if !ok {
		return notFound()
	}
	return wire.JSON(http.StatusOK, struct {
		Addresses []userAddress `json:"addresses"`
	}{u.addresses})
}

func (s *Shop) createAddress(r *wire.Request) wire.Answer {
	u, ok := s.userAt(r)
	if !ok {
		return notFound()
	}
	var in struct {
		Address userAddress `json:"address"`
	}
	if err := wire.Decode(r.Body, &in); err != nil {
		return bodyError(err)
	}
	if in.Address.FirstAddress == "" {
		return invalid("address.first_address", "can't be blank")
	}
	in.Address.ID = s.id()
	u, _ = s.users.change(u.id, r.Time)
	u.addresses = append(u.addresses, in.Address)
	return wire.JSON(http.StatusCreated, in.Address)
}

// addressAt returns the place of the address that a request's path names.
func addressAt(u *user, r *wire.Request) int {
	return slices.IndexFunc(u.addresses, func(a userAddress) bool { return strconv.FormatInt(a.ID, 10) == r.Arg("address") })
}

func (s *Shop) updateAddress(r *wire.Request) wire.Answer {
	u, ok := s.userAt(r)
	if !ok {
		return notFound()
	}
	i := addressAt(u, r)
	if i < 0 {
		return notFound()
	}
	in := struct {
		Address userAddress `json:"address"`
	}{u.addresses[i]}
	if err := wire.Decode(r.Body, &in); err != nil {
		return bodyError(err)
	}
	in.Address.ID = u.addresses[i].ID
	u, _ = s.users.change(u.id, r.Time)
	u.addresses[i] = in.Address
	return wire.JSON(http.StatusOK, in.Address)
}

func (s *Shop) deleteAddress(r *wire.Request) wire.Answer {
	u, ok := s.userAt(r)
	if !ok {
		return notFound()
	}
	i := addressAt(u, r)
	if i < 0 {
		return notFound()
	}
	gone := u.addresses[i]
	u, _ = s.users.change(u.id, r.Time)
	u.addresses = slices.Delete(u.addresses, i, i+1)
	return wire.JSON(http.StatusOK, gone)
}

func (s *Shop) listNotes(r *wire.Request) wire.Answer {
	u, ok := s.userAt(r)
	if !ok {
		return notFound()
	}
	return wire.JSON(http.StatusOK, struct {
		Notes []userNote `json:"notes"`
	}{u.notes})
}

func (s *Shop) createNote(r *wire.Request) wire.Answer {
	u, ok := s.userAt(r)
	if !ok {
		return notFound()
	}
	var in struct {
		Note wire.Text `json:"note"`
	}
	if err := wire.Decode(r.Body, &in); err != nil {
		return bodyError(err)
	}
	if in.Note == "" {
		return invalid("note", "can't be blank")
	}
	made := userNote{s.id(), "API", r.Time.UTC().Format("2006-01-02T15:04:05.000Z"), string(in.Note)}
	u, _ = s.users.change(u.id, r.Time)
	u.notes = append(u.notes, made)
	return wire.JSON(http.StatusCreated, made)
}
