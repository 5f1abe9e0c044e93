package brightstores_test

import (
	"fmt"
	"testing"

	"github.com/sluicehq/sluice/connectors/twin"
)

func TestUsers(t *testing.T) {
	s := open(t, twin.Options{Orders: 60})
	list := s.Get("/users?per_page=4")
	list.Want(t, "meta.total", "15")
	row := list.Rows("users")[1]
	if got := s.Get("/users?email=" + row.Text("email")).At("users.0"); got != row.Body {
		t.Errorf("by email: %s, want %s", got, row.Body)
	}
	s.Get("/users?username="+row.Text("username")).Want(t, "meta.total", "1")
	inactive := s.Get("/users?active=false")
	if inactive.At("meta.total") == "0" || inactive.At("users.0.active") != "false" || s.Get("/users?active=0").Body != inactive.Body {
		t.Errorf("inactive: %s", inactive.Body)
	}
	s.Get("/users?date_created_from=2026-03-20").Want(t, "meta.total", "0")
	buyers := s.Get("/users?groups=Buyers")
	if n := len(buyers.Rows("users")); n == 0 || n == 15 || s.Get("/users?groups[]=Buyers&groups[]=Public").At("meta.total") != "15" {
		t.Errorf("%d of 15 users are in a group", n)
	}
	s.Get("/users/"+buyers.Text("users.0.id")).Want(t, "groups", `["Public","Buyers"]`)
	s.Get("/users?groups=None").Want(t, "meta.total", "0")
	s.Do(422, "GET", "/users?active=maybe", "")

	one := s.Get("/users/" + row.Text("id"))
	one.Want(t, "email", row.At("email"), "creation_date", row.At("creation_date"))
	if one.At("cuf_1") == "" || one.At("first_name") == "" {
		t.Errorf("user: %s", one.Body)
	}
	// The orders of a user are those that name it.
	placed := 0
	for _, o := range one.Rows("orders") {
		s.Get("/orders/"+o.Body).Want(t, "customer_id", row.At("id"))
		placed++
	}
	if byMail := len(ids(s.Get("/orders?per_page=500&customer=" + row.Text("email")))); placed != byMail {
		t.Errorf("the user lists %d orders, the filter %d", placed, byMail)
	}
}

func TestWriteUsers(t *testing.T) {
	s := open(t, twin.Options{})
	s.Do(422, "POST", "/users", `{"user":{"username":"x"}}`).Want(t, "errors",
		`{"user.email":["can't be blank"],"user.first_name":["can't be blank"],"user.last_name":["can't be blank"]}`)
	body := `{"user":{"username":"dokafor","first_name":"Dana","last_name":"Okafor","email":"dana.okafor@example.com","company":"Ridgeway","cuf_12":7,"other":1}}`
	a := s.Do(201, "POST", "/users", body)
	a.Want(t, "name", `"Dana Okafor"`, "company", `"Ridgeway"`, "cuf_12", `"7"`, "other", "", "active", "true")
	s.Do(422, "POST", "/users", body).Want(t, "errors", `{"user.username":["has already been taken"]}`)
	s.Get("/users?email=dana.okafor@example.com").Want(t, "meta.total", "1", "users.0.id", a.At("id"))
	s.Do(200, "PUT", "/users/"+a.Text("id"), `{"user":{"last_name":"Mills","cuf_2":"b"}}`).Want(t, "name", `"Dana Mills"`, "cuf_2", `"b"`, "cuf_12", `"7"`)
	s.Do(422, "PUT", "/users/"+a.Text("id"), `{"user":{"email":""}}`)
	s.Get("/users/"+a.Text("id")).Want(t, "name", `"Dana Mills"`, "email", `"dana.okafor@example.com"`)
	s.Do(422, "PUT", "/users/7701", `{"user":{"username":"dokafor"}}`)
	s.Do(404, "PUT", "/users/1", `{"user":{}}`)

	// The welcome mail can be left out, unless a password is sent.
	if n := len(s.State().Outbox); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
	const quiet = `{"user":{"username":%q,"first_name":"A","last_name":"B","email":"a@example.com","dont_send_confirmation_email":true%s}}`
	s.Do(201, "POST", "/users", fmt.Sprintf(quiet, "quiet", ""))
	s.Do(201, "POST", "/users", fmt.Sprintf(quiet, "loud", `,"password":"s"`))
	if n := len(s.State().Outbox); n != 2 {
		t.Errorf("%d mails, want 2", n)
	}
}

func TestAddressesAndNotes(t *testing.T) {
	s := open(t, twin.Options{})
	const path = "/users/7701/addresses"
	s.Get(path).Want(t, "addresses", "[]")
	a := s.Do(201, "POST", path, `{"address":{"nickname":"Home","first_address":"418 Alder Ct","city":"Bend","default_shipping":1}}`)
	a.Want(t, "nickname", `"Home"`, "city", `"Bend"`, "default_shipping", "true", "default_billing", "false")
	s.Do(422, "POST", path, `{"address":{"city":"Bend"}}`)
	s.Do(200, "PUT", path+"/"+a.Text("id"), `{"address":{"city":"Reno","id":5}}`).Want(t, "city", `"Reno"`, "nickname", `"Home"`, "id", a.At("id"))
	s.Get(path).Want(t, "addresses.0.city", `"Reno"`)
	s.Do(200, "DELETE", path+"/"+a.Text("id"), "")
	s.Do(404, "DELETE", path+"/"+a.Text("id"), "")
	s.Do(404, "PUT", path+"/"+a.Text("id"), "{}")
	s.Get(path).Want(t, "addresses", "[]")

	note := s.Do(201, "POST", "/users/7701/notes", `{"note":"VIP"}`)
	note.Want(t, "username", `"API"`, "created_at", `"2026-03-20T16:00:00.000Z"`)
	s.Do(422, "POST", "/users/7701/notes", `{"note":""}`)
	if s.Get("/users/7701/notes").At("notes.0") != note.Body || note.At("id") == "" {
		t.Errorf("note: %s", note.Body)
	}
	s.Get("/users/7701").Want(t, "notes.0.note", `"VIP"`)
}
