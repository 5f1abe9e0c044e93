package world

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Person is an invented customer.
type Person struct {
	First, Last, Username, Email, Phone, Company string
	Address                                      Address
}

// Address is an invented address. State and Country are full names; the codes
// are theirs.
type Address struct {
	Street, Street2, City, State, StateCode, Zip, Country, CountryCode string
}

// Home lists countries, for orders that must come from a certain one.
type Home int

// The homes.
const (
	UnitedStates Home = iota
	Abroad
)

// census is what people are made from.
type census struct {
	firsts, lasts, companies []string
	// plain makes names fit for an e-mail address.
	plain     *strings.Replacer
	addresses map[Home][]Address
}

func newCensus() census {
	return census{firstNames(), lastNames(), companies(), plainLetters(),
		map[Home][]Address{UnitedStates: addresses(), Abroad: addressesAbroad()}}
}

// Person invents the i-th person of the world.
func (w *World) Person(i int, home Home) Person {
	r := w.Rand("person", i)
	c := w.census
	p := Person{First: c.firsts[r.IntN(len(c.firsts))], Last: c.lasts[r.IntN(len(c.lasts))]}
	first, last := c.plain.Replace(strings.ToLower(p.First)), c.plain.Replace(strings.ToLower(p.Last))
	p.Username = fmt.Sprintf("%s%s%d", first[:1], last, i)
	p.Email = fmt.Sprintf("%s.%s.%d@example.com", first, last, i)
	p.Phone = fmt.Sprintf("50355501%02d", r.IntN(100))
	if r.IntN(3) > 0 {
		p.Company = c.companies[r.IntN(len(c.companies))]
	}
	p.Address = inventAddress(r, c.addresses[home])
	return p
}

func inventAddress(r *rand.Rand, list []Address) Address {
	a := list[r.IntN(len(list))]
	streets := [...]string{"Alder Ct", "Cedar St", "Juniper Ave", "Mill Rd", "Orchard Ln", "Quarry Way", "Station St", "Weaver Blvd"}
	a.Street = fmt.Sprintf("%d %s", 100+r.IntN(900), streets[r.IntN(len(streets))])
	switch r.IntN(4) {
	case 0:
		a.Street2 = fmt.Sprintf("Dock %d", 1+r.IntN(9))
	case 1:
		a.Street2 = fmt.Sprintf("Suite %d", 100+r.IntN(300))
	}
	return a
}

func firstNames() []string {
	return []string{"Dana", "Morgan", "Riley", "Zoë", "Anaïs", "Łukasz", "Priya", "Kenji", "Amara", "Björn", "Chloé", "Diego",
		"Esra", "Farah", "Grace", "Hugo", "Ines", "Jonas", "Keiko", "Leila", "Mateo", "Noor", "Owen", "Petra", "Quinn", "Rosa",
		"Samir", "Tessa", "Uma", "Viktor", "Wendy", "Xavier", "Yara", "Zane"}
}

func lastNames() []string {
	return []string{"Okafor", "O'Neill", "de la Cruz", "Müller", "Nakamura", "Smith-Jones", "Åberg", "Kowalski", "Haddad", "Nguyen",
		"Rossi", "Silva", "Tanaka", "Underhill", "Varga", "Whitfield", "Yilmaz", "Zimmer", "Abbott", "Brandt", "Castillo", "Dufour",
		"Eriksen", "Fontaine", "Greene", "Hollis", "Ivanov", "Jensen", "Keller", "Lindqvist", "Moreau", "Novak"}
}

func plainLetters() *strings.Replacer {
	return strings.NewReplacer("ë", "e", "ï", "i", "ł", "l", "é", "e", "ö", "o", "ü", "u", "å", "a", "'", "", " ", "", "-", "")
}

func companies() []string {
	return []string{"Ridgeway Group", "Alder & Sons", "Blue Mesa Dental", "Copper Kettle Café", "Dovetail Joinery", "Evergreen \"EG\" Rentals",
		"Fernhill School", "Gable End Insurance", "Hollow Oak Brewing", "Ironbark Fitness", "Juniper Credit Union", "Kestrel Air"}
}

func addresses() []Address {
	us := func(city, state, code, zip string) Address {
		return Address{City: city, State: state, StateCode: code, Zip: zip, Country: "United States", CountryCode: "US"}
	}
	return []Address{
		us("Bend", "Oregon", "OR", "97701"), us("Denver", "Colorado", "CO", "80202"), us("Boise", "Idaho", "ID", "83702"),
		us("Austin", "Texas", "TX", "78701"), us("Portland", "Maine", "ME", "04101"), us("Albany", "New York", "NY", "12207"),
		us("Raleigh", "North Carolina", "NC", "27601"), us("Fargo", "North Dakota", "ND", "58102"), us("Tulsa", "Oklahoma", "OK", "74103"),
		us("Newark", "New Jersey", "NJ", "07102"), us("Washington", "District of Columbia", "DC", "20001"), us("Omaha", "Nebraska", "NE", "68102"),
		us("Charleston", "West Virginia", "WV", "25301"), us("Honolulu", "Hawaii", "HI", "96813"),
	}
}

func addressesAbroad() []Address {
	return []Address{
		{City: "Toronto", State: "Ontario", StateCode: "ON", Zip: "M5H 2N2", Country: "Canada", CountryCode: "CA"},
		{City: "Montréal", State: "Quebec", StateCode: "QC", Zip: "H2Y 1C6", Country: "Canada", CountryCode: "CA"},
		{City: "Vancouver", State: "British Columbia", StateCode: "BC", Zip: "V6B 1A1", Country: "Canada", CountryCode: "CA"},
	}
}
