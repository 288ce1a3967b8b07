package codelist

import (
	"embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"familypact.example/portal/internal/platform/locale"
)

//go:embed data/*.csv
var data embed.FS

var lists = mustRead()

// all is every list, as read.
type all struct {
	counties, ssnReasons, coverages, ethnicities, languages []Choice
	genders, birthSexes, orientations                       []Choice
	marital                                                 []Marital
	disclosures                                             []Disclosure
	places                                                  map[string]Place
}

func mustRead() *all {
	a, err := read()
	if err != nil {
		panic(fmt.Sprintf("codelist: %v", err))
	}
	return a
}

func read() (*all, error) {
	a := &all{places: map[string]Place{}}
	steps := []struct {
		file   string
		header string
		row    func(row []string) error
	}{
		{"county_codes.csv", "code,county", a.addCounty},
		{"ssn_not_provided_codes.csv", "code,meaning", adder(&a.ssnReasons, "ssn")},
		{"ohc_codes.csv", "code,meaning", adder(&a.coverages, "ohc")},
		{"ethnicities.csv", "code,label", adder(&a.ethnicities, "ethnicity")},
		{"languages.csv", "code,label", adder(&a.languages, "language")},
		{"gender_and_sex.csv", "list,code,label", a.addGender},
		{"marital_status.csv", "code,label,counts_as_spouse", a.addMarital},
		{"disclosure_checklist.csv", "key,disclosure,when,evidence_to_record", a.addDisclosure},
		{"zip_codes.csv", "zip,city,county_code,latitude,longitude", a.addPlace},
	}
	for _, s := range steps {
		if err := each(s.file, s.header, s.row); err != nil {
			return nil, fmt.Errorf("%s: %w", s.file, err)
		}
	}
	return a, nil
}

func each(file, header string, row func([]string) error) error {
	f, err := data.Open("data/" + file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	if len(rows) < 2 || !slices.Equal(rows[0], strings.Split(header, ",")) {
		return fmt.Errorf("wants the columns %s and at least one row", header)
	}
	for i, r := range rows[1:] {
		if err := row(r); err != nil {
			return fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	return nil
}

// key is the text of an entry: codelist.<list>.<code>, lower case with hyphens.
func key(list, code string) locale.Key {
	return locale.Key("codelist." + list + "." + strings.ReplaceAll(strings.ToLower(code), "_", "-"))
}

func adder(to *[]Choice, list string) func([]string) error {
	return func(row []string) error {
		*to = append(*to, Choice{Code: row[0], Label: key(list, row[0])})
		return nil
	}
}

func (a *all) addCounty(row []string) error {
	c := Choice{Code: row[0], Label: locale.Words(row[1])}
	if c.Code == CountyUnknown {
		c.Label = key("county", c.Code)
	}
	a.counties = append(a.counties, c)
	return nil
}

func (a *all) addGender(row []string) error {
	switch row[0] {
	case "gender_identity":
		return adder(&a.genders, "gender")(row[1:])
	case "birth_certificate_sex":
		return adder(&a.birthSexes, "birth-sex")(row[1:])
	case "sexual_orientation":
		return adder(&a.orientations, "orientation")(row[1:])
	}
	return fmt.Errorf("unknown list %q", row[0])
}

func (a *all) addMarital(row []string) error {
	a.marital = append(a.marital, Marital{
		Choice:         Choice{Code: row[0], Label: key("marital", row[0])},
		CountsAsSpouse: row[2] == "Y",
	})
	return nil
}

func (a *all) addDisclosure(row []string) error {
	a.disclosures = append(a.disclosures, Disclosure{
		Choice:   Choice{Code: row[0], Label: key("disclosure", row[0])},
		When:     row[2],
		Evidence: row[3],
	})
	return nil
}

func (a *all) addPlace(row []string) error {
	latitude, errLat := strconv.ParseFloat(row[3], 64)
	longitude, errLong := strconv.ParseFloat(row[4], 64)
	if errLat != nil || errLong != nil {
		return fmt.Errorf("ZIP code %s has no position", row[0])
	}
	if _, ok := Find(a.counties, row[2]); !ok {
		return fmt.Errorf("ZIP code %s lies in unknown county %q", row[0], row[2])
	}
	a.places[row[0]] = Place{ZIP: row[0], City: row[1], County: row[2], Latitude: latitude, Longitude: longitude}
	return nil
}
