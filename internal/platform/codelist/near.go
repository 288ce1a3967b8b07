package codelist

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"familypact.example/portal/internal/platform/locale"
)

// Near is a ZIP code with how far its middle is from another's, in miles, in a
// straight line.
type Near struct {
	Place
	Miles float64
}

// Within returns the ZIP codes of California whose middle is at most so many
// miles from the middle of p, the nearest first; p itself is the first.
func Within(p Place, miles float64) []Near {
	var list []Near
	for _, other := range lists.places {
		if d := between(p, other); d <= miles {
			list = append(list, Near{other, d})
		}
	}
	slices.SortFunc(list, func(a, b Near) int {
		return cmp.Or(cmp.Compare(a.Miles, b.Miles), cmp.Compare(a.ZIP, b.ZIP))
	})
	return list
}

// earthMiles is the mean radius of the earth.
const earthMiles = 3958.8

// between is the length of the great circle from one place to the other.
func between(a, b Place) float64 {
	const rad = math.Pi / 180
	sinLat := math.Sin((b.Latitude - a.Latitude) * rad / 2)
	sinLon := math.Sin((b.Longitude - a.Longitude) * rad / 2)
	h := sinLat*sinLat + math.Cos(a.Latitude*rad)*math.Cos(b.Latitude*rad)*sinLon*sinLon
	return 2 * earthMiles * math.Asin(math.Sqrt(min(h, 1)))
}

// City returns the name of the city as the list writes it and its ZIP codes,
// and false when the list has none of that name. Capitals and accents do not
// matter.
func City(typed string) (name string, zips []string, ok bool) {
	want := folded(typed)
	for _, p := range lists.places {
		if want != "" && folded(p.City) == want {
			name, zips = p.City, append(zips, p.ZIP)
		}
	}
	slices.Sort(zips)
	return name, zips, len(zips) > 0
}

// CountyNamed returns the county with the name, in either language and with or
// without the word for county, and false when there is none; said tells whether
// that word was there.
func CountyNamed(typed string) (c Choice, said, ok bool) {
	want := folded(typed)
	name, after := strings.CutSuffix(want, " county")
	name, before := strings.CutPrefix(name, "condado de ")
	name, bare := strings.CutPrefix(name, "condado ")
	for _, c := range lists.counties {
		if proper, is := c.Label.(locale.Words); is && c.Code != CountyUnknown && folded(string(proper)) == name {
			return c, after || before || bare, true
		}
	}
	return Choice{}, false, false
}

// folded writes a name as it is compared: small, without accents, with single
// spaces.
func folded(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.Join(strings.Fields(s), " ")) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
