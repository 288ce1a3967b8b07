package site

import (
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/locale"
)

// Known is what the database holds of one site when a list is compared with
// it.
type Known struct {
	Site      Site
	Certifier Certifier // without an e-mail when the site has none
	Approved  bool      // an approval (DHCS 4475) is recorded for it
	Staff     []string  // e-mails of its staff, folded
}

// Plan is what applying a list would do.
type Plan struct {
	List      // with the problems that only the database shows added
	Add       []Row
	Change    []Row // at least one of site and certifier differs
	Unchanged int
}

// compare sets a list beside what is known. Rows that the database refuses
// become problems: an e-mail that another site keeps and the regime does not
// let them share, a certifier who has an account already and is named with
// another address.
func compare(list List, known []Known, regime Regime) Plan {
	c := newComparison(list, known)
	c.regime = regime
	for c.refuse() {
		// a refused row keeps its old e-mail, which may be in another's way
	}
	plan := Plan{List: c.list}
	for _, row := range c.list.Rows {
		k, ok := c.byKey[keyOf(row.Site)]
		switch {
		case !ok:
			plan.Add = append(plan.Add, row)
		case row.Site.same(k.Site) && row.Certifier.same(k.Certifier):
			plan.Unchanged++
		default:
			row.Site.ID, row.Site.Status = k.Site.ID, k.Site.Status
			row.Certifier.SiteID, row.Certifier.Joined = k.Site.ID, k.Certifier.Joined
			plan.Change = append(plan.Change, row)
		}
	}
	return plan
}

type key struct{ npi, code string }

func keyOf(s Site) key { return key{s.NPI, s.Code} }

type comparison struct {
	list   List
	byKey  map[key]Known
	byCode map[string]Known
	holder map[string][]Known // by e-mail of the certifier
	regime Regime
	named  map[string][]Row // rows still accepted, by e-mail of the certifier
}

func newComparison(list List, known []Known) *comparison {
	c := &comparison{list: list, byKey: map[key]Known{}, byCode: map[string]Known{}, holder: map[string][]Known{}}
	for _, k := range known {
		c.byKey[keyOf(k.Site)], c.byCode[k.Site.Code] = k, k
		if email := k.Certifier.EmailKey(); email != "" {
			c.holder[email] = append(c.holder[email], k)
		}
	}
	c.list.Rows, c.list.Problems = slices.Clone(list.Rows), slices.Clone(list.Problems)
	return c
}

// refuse takes out the rows that the database does not allow, and reports
// whether there were any.
func (c *comparison) refuse() bool {
	renamed := map[uuid.UUID]bool{} // sites whose e-mail the list replaces
	for _, row := range c.list.Rows {
		if k, ok := c.byKey[keyOf(row.Site)]; ok && k.Certifier.EmailKey() != row.Certifier.EmailKey() {
			renamed[k.Site.ID] = true
		}
	}
	c.named = map[string][]Row{}
	var good []Row
	for _, row := range c.list.Rows {
		email := row.Certifier.EmailKey()
		if p, bad := c.problem(row, renamed); bad {
			c.list.Problems = append(c.list.Problems, p)
		} else {
			good = append(good, row)
			c.named[email] = append(c.named[email], row)
		}
	}
	refused := len(good) < len(c.list.Rows)
	c.list.Rows = good
	if refused {
		slices.SortStableFunc(c.list.Problems, func(a, b Problem) int { return a.Record - b.Record })
	}
	return refused
}

func (c *comparison) problem(row Row, renamed map[uuid.UUID]bool) (Problem, bool) {
	at := func(field string, text locale.Phrase) (Problem, bool) {
		return Problem{Record: row.Record, Field: field, Text: text}, true
	}
	k, exists := c.byKey[keyOf(row.Site)]
	if other, ok := c.byCode[row.Site.Code]; ok && !exists && other.Site.NPI != row.Site.NPI {
		return at("npi", locale.SiteProblemNpiOther)
	}
	email := row.Certifier.EmailKey()
	if !exists || k.Certifier.EmailKey() != email {
		more := Held{Code: row.Site.Code, Name: row.Site.Name, Type: row.Site.ProviderType, Approved: k.Approved}
		if text := c.regime.Refusal(c.held(row, renamed), more); text != nil {
			return at("certifier_email", text)
		}
	}
	switch {
	case !exists:
	case slices.Contains(k.Staff, email):
		return at("certifier_email", locale.SiteProblemEmailStaff)
	case k.Certifier.Joined && k.Certifier.EmailKey() != email:
		return at("certifier_email", locale.SiteProblemEmailJoined)
	}
	return Problem{}, false
}

// held lists the other sites for which the certifier of a row answers: those
// that keep the address, and earlier rows that name it.
func (c *comparison) held(row Row, renamed map[uuid.UUID]bool) []Held {
	var held []Held
	email, own := row.Certifier.EmailKey(), keyOf(row.Site)
	for _, h := range c.holder[email] {
		if keyOf(h.Site) != own && !renamed[h.Site.ID] {
			held = append(held, Held{ID: h.Site.ID, Code: h.Site.Code, Name: h.Site.Name, Type: h.Site.ProviderType, Approved: h.Approved})
		}
	}
	for _, r := range c.named[email] {
		k, exists := c.byKey[keyOf(r.Site)]
		if exists && k.Certifier.EmailKey() == email {
			continue // among those that keep it
		}
		held = append(held, Held{
			ID: k.Site.ID, Code: r.Site.Code, Name: r.Site.Name, Type: r.Site.ProviderType, Approved: k.Approved, Record: r.Record,
		})
	}
	return held
}
