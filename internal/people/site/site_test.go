package site

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/sheet"
)

func testdata(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func lines(problems []Problem) [][]string {
	var out [][]string
	for _, p := range problems {
		out = append(out, []string{strconv.Itoa(p.Record), p.In(context.Background())})
	}
	return out
}

func TestReadNamesEveryProblemOfABadList(t *testing.T) {
	t.Parallel()
	list, err := Read(testdata(t, "sites_bad.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := csv.NewReader(bytes.NewReader(testdata(t, "sites_bad_expected.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[1:], lines(list.Problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if list.Records != 40 || len(list.Rows) != 24 || list.Warnings() != 1 {
		t.Errorf("records %d, accepted %d, warnings %d; want 40, 24, 1", list.Records, len(list.Rows), list.Warnings())
	}
}

func TestReadAcceptsTheLaunchList(t *testing.T) {
	t.Parallel()
	list, err := Read(testdata(t, "sites.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Rows) != 2400 || list.Refused() != 0 {
		t.Errorf("accepted %d, refused %d; want 2400, 0: %v", len(list.Rows), list.Refused(), lines(list.Problems))
	}
}

func TestReadTakesTabsAndAnyOrderOfColumns(t *testing.T) {
	t.Parallel()
	r := csv.NewReader(bytes.NewReader(testdata(t, "sites.csv")))
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.Comma = '\t'
	for _, line := range all[:20] {
		for i, j := 0, len(line)-1; i < j; i, j = i+1, j-1 {
			line[i], line[j] = line[j], line[i]
		}
		if err := w.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	list, err := Read(b.Bytes())
	if err != nil || len(list.Rows) != 19 {
		t.Fatalf("accepted %d of 19 (%v)", len(list.Rows), err)
	}
	if got := list.Rows[0].Site.NPI; got != "2681797371" {
		t.Errorf("NPI of the first record = %q", got)
	}
}

func TestReadRefusesWhatIsNoList(t *testing.T) {
	t.Parallel()
	header := strings.Join(columns, ",") + "\n"
	tests := []struct {
		name, content string
		want          error
	}{
		{"nothing", "", sheet.ErrEmpty},
		{"only a header", header, sheet.ErrEmpty},
		{"Latin 1", header + "a,b\xe9\n", sheet.ErrNotText},
		{"a column missing", strings.Replace(header, "zip,", "", 1) + "x\n", sheet.ErrColumns},
		{"a column twice", "npi," + header + "x\n", sheet.ErrColumnTwice},
		{"an open quote", header + "\"2681797371,x\n", sheet.ErrQuotes},
		{"too many records", header + strings.Repeat("1\n", MaxRecords+1), sheet.ErrTooMany},
		{"not CSV at all", "PK\x03\x04 and more", sheet.ErrColumns},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Read([]byte(tt.content))
			f, ok := fault.Of(err)
			if !ok || !f.Is(tt.want) || len(f.Fields) != 1 || f.Fields[0].Name != FileField {
				t.Errorf("error = %v, want %v about %q", err, tt.want, FileField)
			}
		})
	}
}

func TestReadJudgesOneRecord(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"npi": "2681797371", "site_id": "S1", "site_name": "Clinic", "provider_type": "solo", "sector": "private",
		"street": "1 Sample Way", "city": "Laguna Niguel", "zip": "92607-1234", "county_code": "30", "phone": "+1 714 555 0188",
		"certifier_first_name": "Q", "certifier_last_name": "O’Neil", "certifier_credential": "md",
		"certifier_email": "q@clinic.example", "enrolled_on": "2008-03-27",
	}
	tests := []struct{ field, value, want string }{
		{"", "", ""},
		{"county_code", "1", "county_code: ZIP lies in another county (warning only: accepted)"},
		{"county_code", "00", "county_code: not 01-58"},
		{"county_code", "58", "county_code: ZIP lies in another county (warning only: accepted)"},
		{"county_code", "59", "county_code: not 01-58"},
		{"zip", "9260", "zip: not a California ZIP"},
		{"zip", "", "zip: missing"},
		{"npi", "268179737X", "npi: not digits"},
		{"npi", "26817973711", "npi: 11 digits"},
		{"npi", "2681797372", "npi: check digit"},
		{"sector", "federal", "sector: unknown"},
		{"phone", "555-0188", "phone: not a telephone number"},
		{"phone", "call 714 555 0188", "phone: not a telephone number"},
		{"enrolled_on", "03/27/2008", "enrolled_on: not a date"},
		{"certifier_credential", "NP", "certifier_credential: NP may not be a site certifier"},
		{"certifier_email", "Q <q@clinic.example>", "certifier_email: not an address"},
		{"certifier_email", "q@localhost", "certifier_email: not an address"},
		{"certifier_email", "q@clinic.example\r\nTo: x", "certifier_email: header injection"},
		{"certifier_email", "a@x.example;b@x.example", "certifier_email: two addresses"},
		{"street", "1 Sample\u202eWay", "street: control character"},
		{"certifier_first_name", strings.Repeat("é", 60), ""},
		{"certifier_first_name", strings.Repeat("é", 61), "certifier_first_name: longer than 60 characters"},
	}
	for _, tt := range tests {
		t.Run(tt.field+" "+tt.value, func(t *testing.T) {
			t.Parallel()
			values := map[string]string{}
			for k, v := range good {
				values[k] = v
			}
			values[tt.field] = tt.value
			_, problems := judge(sheet.Record{Number: 1, Values: values})
			got := ""
			for _, p := range problems {
				got += p.In(context.Background())
			}
			if got != tt.want {
				t.Errorf("problems = %q, want %q", got, tt.want)
			}
		})
	}
}

func row(n int, npi, code, email string) Row {
	return Row{Record: n, Site: Site{NPI: npi, Code: code, Name: code}, Certifier: Certifier{FirstName: "A", LastName: "B", Credential: "MD", Email: email}}
}

func known(npi, code, email string, joined bool, staff ...string) Known {
	k := Known{Site: row(0, npi, code, email).Site, Certifier: row(0, npi, code, email).Certifier, Staff: staff}
	k.Site.ID, k.Certifier.Joined = uuid.Must(uuid.NewV7()), joined
	return k
}

func TestCompare(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                   string
		rows                   []Row
		known                  []Known
		add, change, unchanged int
		problem                string
	}{
		{name: "all new", rows: []Row{row(1, "1", "A", "a@x.example")}, add: 1},
		{name: "the same again", rows: []Row{row(1, "1", "A", "a@x.example")}, known: []Known{known("1", "A", "a@x.example", true)}, unchanged: 1},
		{name: "another certifier before an account", rows: []Row{row(1, "1", "A", "b@x.example")}, known: []Known{known("1", "A", "a@x.example", false)}, change: 1},
		{name: "another certifier after it", rows: []Row{row(1, "1", "A", "b@x.example")}, known: []Known{known("1", "A", "a@x.example", true)}, problem: "certifier_email: the certifier has an account; change the certifier instead"},
		{name: "an address of another site", rows: []Row{row(1, "1", "A", "B@x.example")}, known: []Known{known("1", "B", "b@x.example", false)}, problem: "certifier_email: already used by site B (B); site A needs an address of its own"},
		{name: "two sites exchange addresses", rows: []Row{row(1, "1", "A", "b@x.example"), row(2, "1", "B", "a@x.example")}, known: []Known{known("1", "A", "a@x.example", false), known("1", "B", "b@x.example", false)}, change: 2},
		{name: "one of the exchange is refused, so both are", rows: []Row{row(1, "1", "A", "b@x.example"), row(2, "1", "B", "a@x.example")}, known: []Known{known("1", "A", "a@x.example", false), known("1", "B", "b@x.example", true)}, problem: "certifier_email: already used by site B (B); site A needs an address of its owncertifier_email: the certifier has an account; change the certifier instead"},
		{name: "an address of the site's staff", rows: []Row{row(1, "1", "A", "s@x.example")}, known: []Known{known("1", "A", "a@x.example", false, "s@x.example")}, problem: "certifier_email: already used by a staff member of this site"},
		{name: "a site under another NPI", rows: []Row{row(1, "2", "A", "c@x.example")}, known: []Known{known("1", "A", "a@x.example", false)}, problem: "npi: not the NPI of this site"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plan := compare(List{Records: len(tt.rows), Rows: tt.rows}, tt.known, Regime{})
			got := ""
			for _, p := range plan.Problems {
				got += p.In(context.Background())
			}
			if len(plan.Add) != tt.add || len(plan.Change) != tt.change || plan.Unchanged != tt.unchanged || got != tt.problem {
				t.Errorf("add %d, change %d, unchanged %d, problems %q; want %d, %d, %d, %q",
					len(plan.Add), len(plan.Change), plan.Unchanged, got, tt.add, tt.change, tt.unchanged, tt.problem)
			}
		})
	}
}
