package brightstores

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sluicehq/sluice/connectors/twin/brightstores/orders"
	"github.com/sluicehq/sluice/connectors/twin/wire"
	"github.com/sluicehq/sluice/connectors/twin/world"
)

// users are the customers with an account. The first ones are composed when
// someone asks; those that were made or changed are kept.
type users struct {
	world   *world.World
	start   time.Time
	seeded  int
	changed map[int64]*user
	made    []int64
}

// user is a customer with an account.
type user struct {
	id                    int64
	Username, Email       string
	First, Last           string
	Phone, Company, Title string
	active                bool
	created, updated      time.Time
	addresses             []userAddress
	notes                 []userNote
	custom                []customField
}

// customField is the value of a field that the store added: cuf_1, cuf_2 …
type customField struct{ name, value string }

func newUsers(cfg Config) users {
	return users{world: cfg.World, start: cfg.Start, seeded: max(12, min(5000, cfg.Orders/4)), changed: map[int64]*user{}}
}

// ids lists all users, the newest first.
func (u *users) ids() []int64 {
	out := make([]int64, 0, u.seeded+len(u.made))
	for i := range u.seeded {
		out = append(out, orders.UserID(i))
	}
	out = append(out, u.made...)
	slices.Reverse(out)
	return out
}

func (u *users) get(id int64) (*user, bool) {
	if c, ok := u.changed[id]; ok {
		return c, true
	}
	n := int(id - orders.UserID(0))
	if n < 0 || n >= u.seeded {
		return nil, false
	}
	p := u.world.Person(n, world.UnitedStates)
	made := u.start.AddDate(0, 0, -1-(n*37)%700).Add(-time.Duration(n) * time.Second)
	return &user{id: id, Username: p.Username, Email: p.Email, First: p.First, Last: p.Last, Phone: p.Phone, Company: p.Company,
		active: n%9 != 8, created: made, updated: made.Add(26 * time.Hour),
		custom: []customField{{"cuf_1", fmt.Sprintf("CC-%03d", n%1000)}}}, true
}

// change returns a user that may be changed.
func (u *users) change(id int64, now time.Time) (*user, bool) {
	c, ok := u.get(id)
	if ok {
		u.changed[id] = c
		c.updated = now
	}
	return c, ok
}

// groupsOf lists the groups of a user: those who are employed at a company buy
// for it.
func groupsOf(u *user) []string {
	if u.Company != "" {
		return []string{"Public", "Buyers"}
	}
	return []string{"Public"}
}

type userRow struct {
	ID             int64       `json:"id"`
	Name           string      `json:"name"`
	Username       string      `json:"username"`
	Email          string      `json:"email,omitzero"` // since userEmailFrom
	Balance        world.Cents `json:"balance"`
	Active         bool        `json:"active"`
	CreationDate   string      `json:"creation_date"`
	LastEditedDate string      `json:"last_edited_date"`
}

func (s *Shop) userRow(r *wire.Request, u *user) userRow {
	email := u.Email
	if isBefore(r, userEmailFrom) {
		email = ""
	}
	return userRow{u.id, u.First + " " + u.Last, u.Username, email, 0, u.active, s.source.Timestamp(u.created), s.source.Timestamp(u.updated)}
}

// userFilter reads the filters of users.
func userFilter(q *query) func(*user) bool {
	username, email, active := q.text("username"), q.text("email"), q.one("active", []string{"true", "false", "1", "0"})
	groups, made := q.texts("groups"), q.window("date_created_from", "date_created_to")
	return func(u *user) bool {
		digit := "0"
		if u.active {
			digit = "1"
		}
		return username(u.Username) && email(u.Email) && (active(strconv.FormatBool(u.active)) || active(digit)) &&
			groups(groupsOf(u)...) && made.holds(u.created.Unix())
	}
}

func (s *Shop) listUsers(r *wire.Request) wire.Answer {
	q := s.newQuery(r)
	if isBefore(r, userEmailFrom) {
		q.values.Del("email") // passed over, as any parameter that the version does not know
	}
	keep, p := userFilter(q), pager{q.page()}
	if a, wrong := q.refusal(); wrong {
		return a
	}
	rows := []userRow{}
	for _, id := range s.users.ids() {
		if u, _ := s.users.get(id); keep(u) && p.take() {
			rows = append(rows, s.userRow(r, u))
		}
	}
	return wire.Listing("users", struct {
		Users []userRow `json:"users"`
		Meta  meta      `json:"meta"`
	}{rows, p.meta})
}

type userDetail struct {
	userRow
	FirstName  string         `json:"first_name"`
	LastName   string         `json:"last_name"`
	Confirmed  bool           `json:"confirmed"`
	Timezone   string         `json:"timezone"`
	Phone      string         `json:"phone"`
	Company    string         `json:"company"`
	Title      string         `json:"title"`
	Groups     []string       `json:"groups"`
	Orders     []int64        `json:"orders"`
	Notes      []userNote     `json:"notes"`
	BalanceLog []string       `json:"balance_log"`
	Custom     jsontext.Value `json:",embed"`
}

func (s *Shop) userDetail(r *wire.Request, u *user) userDetail {
	d := userDetail{userRow: s.userRow(r, u), FirstName: u.First, LastName: u.Last, Confirmed: true, Timezone: "Mountain Time (US & Canada)",
		Phone: u.Phone, Company: u.Company, Title: u.Title, Groups: groupsOf(u), Orders: []int64{}, Notes: u.notes}
	for _, h := range s.orders {
		if id, ok := s.source.Customer(h); ok && id == u.id {
			d.Orders = append(d.Orders, h.ID)
		}
	}
	if len(u.custom) > 0 {
		d.Custom = jsontext.Value("{")
		for i, c := range u.custom {
			if i > 0 {
				d.Custom = append(d.Custom, ',')
			}
			d.Custom, _ = jsontext.AppendQuote(d.Custom, c.name)
			d.Custom = append(d.Custom, ':')
			d.Custom, _ = jsontext.AppendQuote(d.Custom, c.value)
		}
		d.Custom = append(d.Custom, '}')
	}
	return d
}

func (s *Shop) userAt(r *wire.Request) (*user, bool) {
	id, err := strconv.ParseInt(r.Arg("id"), 10, 64)
	if err != nil {
		return nil, false
	}
	return s.users.get(id)
}

func (s *Shop) getUser(r *wire.Request) wire.Answer {
	u, ok := s.userAt(r)
	if !ok {
		return notFound()
	}
	return wire.JSON(http.StatusOK, s.userDetail(r, u))
}

// userBody is what creates or changes a user.
type userBody struct {
	User struct {
		Username  *wire.Text                `json:"username"`
		FirstName *wire.Text                `json:"first_name"`
		LastName  *wire.Text                `json:"last_name"`
		Email     *wire.Text                `json:"email"`
		Phone     *wire.Text                `json:"phone"`
		Company   *wire.Text                `json:"company"`
		Title     *wire.Text                `json:"title"`
		Active    *wire.Bool                `json:"active"`
		Password  *wire.Text                `json:"password"`
		NoMail    wire.Bool                 `json:"dont_send_confirmation_email"`
		Others    map[string]jsontext.Value `json:",embed"`
	} `json:"user"`
}

var customName = regexp.MustCompile(`^cuf_[0-9]+$`)

// apply changes the user as far as the body goes.
func (b *userBody) apply(u *user) {
	in := &b.User
	for _, f := range []struct {
		from *wire.Text
		to   *string
	}{
		{in.Username, &u.Username}, {in.FirstName, &u.First}, {in.LastName, &u.Last}, {in.Email, &u.Email},
		{in.Phone, &u.Phone}, {in.Company, &u.Company}, {in.Title, &u.Title},
	} {
		if f.from != nil {
			*f.to = string(*f.from)
		}
	}
	if in.Active != nil {
		u.active = bool(*in.Active)
	}
	for name, raw := range in.Others {
		var value wire.Text
		if customName.MatchString(name) && wire.Decode(raw, &value) == nil {
			u.custom = slices.DeleteFunc(u.custom, func(c customField) bool { return c.name == name })
			u.custom = append(u.custom, customField{name, string(value)})
		}
	}
	slices.SortFunc(u.custom, func(a, b customField) int {
		return cmp.Or(cmp.Compare(len(a.name), len(b.name)), cmp.Compare(a.name, b.name))
	})
}

// check returns the refusal of a user that is wrong.
func (s *Shop) checkUser(u *user) (wire.Answer, bool) {
	wrong := map[string][]string{}
	for name, value := range map[string]string{"username": u.Username, "first_name": u.First, "last_name": u.Last, "email": u.Email} {
		if value == "" {
			wrong["user."+name] = []string{"can't be blank"}
		}
	}
	for _, id := range s.users.ids() {
		if other, _ := s.users.get(id); id != u.id && u.Username != "" && other.Username == u.Username {
			wrong["user.username"] = []string{"has already been taken"}
		}
	}
	if len(wrong) == 0 {
		return wire.Answer{}, false
	}
	return wire.JSON(http.StatusUnprocessableEntity, invalidity{wrong}), true
}

func (s *Shop) createUser(r *wire.Request) wire.Answer {
	var in userBody
	if err := wire.Decode(r.Body, &in); err != nil {
		return bodyError(err)
	}
	u := &user{active: true, created: r.Time, updated: r.Time}
	in.apply(u)
	if a, wrong := s.checkUser(u); wrong {
		return a
	}
	u.id = s.id()
	s.users.changed[u.id] = u
	s.users.made = append(s.users.made, u.id)
	if !bool(in.User.NoMail) || in.User.Password != nil {
		s.mail(r, u.Email, "Confirm your account", 0)
	}
	return wire.JSON(http.StatusCreated, s.userDetail(r, u))
}

func (s *Shop) updateUser(r *wire.Request) wire.Answer {
	u, ok := s.userAt(r)
	if !ok {
		return notFound()
	}
	var in userBody
	if err := wire.Decode(r.Body, &in); err != nil {
		return bodyError(err)
	}
	next := *u
	next.custom = slices.Clone(u.custom)
	in.apply(&next)
	if a, wrong := s.checkUser(&next); wrong {
		return a
	}
	next.updated = r.Time
	s.users.changed[u.id] = &next
	return wire.JSON(http.StatusOK, s.userDetail(r, &next))
}
