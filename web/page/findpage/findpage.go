// Package findpage has the page on which everybody can look for a clinic of the
// program: a list without a map, and without anything from outside.
package findpage

import (
	"strconv"
	"strings"

	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Distances are those that are offered, in miles; UsualMiles is the one that is
// chosen to begin with.
var Distances = []string{"5", "10", "25", "50"}

// UsualMiles is the distance that is chosen to begin with.
const UsualMiles = "10"

// View is what was found.
type View struct {
	Found bool // something was looked for; the rest says what came of it
	Place locale.Phrase

	ZIP    string // the middle of the circle, empty without one
	Within int    // miles
	miles  map[string]float64

	Clinics    []site.Clinic
	Total      int
	Page, Last int
}

// Near keeps how far the ZIP codes are and returns them in that order.
func (v *View) Near(list []codelist.Near) []string {
	zips := make([]string, len(list))
	v.miles = make(map[string]float64, len(list))
	for i, n := range list {
		zips[i], v.miles[n.ZIP] = n.ZIP, n.Miles
	}
	return zips
}

func (v View) title() locale.Phrase {
	if v.ZIP == "" {
		return locale.FindIn.With("Place", v.Place)
	}
	return locale.FindNear.With("Distance", locale.FindWithinMiles.With("Count", v.Within), "ZIP", v.ZIP, "City", v.Place)
}

// distance of a clinic from the middle of the ZIP code.
func (v View) distance(c site.Clinic) locale.Phrase {
	zip := c.ZIP[:min(len(c.ZIP), 5)]
	if zip == v.ZIP {
		return locale.FindDistanceHere
	}
	return locale.FindDistanceMiles.With("Miles", strconv.FormatFloat(v.miles[zip], 'f', 1, 64))
}

// dial writes a phone number the way a phone dials it.
func dial(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	if len(digits) == 10 {
		digits = "1" + digits
	}
	return "tel:+" + digits
}

func distances() []ui.Choice {
	list := make([]ui.Choice, len(Distances))
	for i, d := range Distances {
		n, _ := strconv.Atoi(d)
		list[i] = ui.Choice{Value: d, Label: locale.FindWithinMiles.With("Count", n)}
	}
	return list
}
