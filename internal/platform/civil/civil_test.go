package civil

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

func TestParse(t *testing.T) {
	tests := []struct {
		in   string
		want Date
	}{
		{"2026-04-01", Date{2026, time.April, 1}},
		{"2024-02-29", Date{2024, time.February, 29}},
		{"0001-01-01", Date{1, time.January, 1}},
		{"9999-12-31", Date{9999, time.December, 31}},
		{in: ""}, {in: "2026-4-1"}, {in: "2026-02-29"}, {in: "1900-02-29"}, {in: "2026-13-01"}, {in: "2026-00-10"},
		{in: "2026-04-31"}, {in: "2026-04-00"}, {in: "0000-01-01"}, {in: "04/01/2026"}, {in: "2026/04/01"},
		{in: "2026-04-01 "}, {in: "+026-04-01"}, {in: "2026-04-0١"}, {in: "2026-04-01T00:00:00Z"},
	}
	for _, tt := range tests {
		got, err := Parse(tt.in)
		if got != tt.want || (err == nil) == tt.want.IsZero() {
			t.Errorf("Parse(%q) = %v, %v; want %v", tt.in, got, err, tt.want)
		}
		if err == nil && got.String() != tt.in {
			t.Errorf("Parse(%q).String() = %q", tt.in, got.String())
		}
	}
	if s := (Date{}).String(); s != "" {
		t.Errorf("zero Date = %q, want nothing", s)
	}
}

func TestOfIsTheDayInCalifornia(t *testing.T) {
	tests := []struct{ at, want string }{
		{"2026-04-01T06:59:59Z", "2026-03-31"}, // 23:59:59 PDT
		{"2026-04-01T07:00:00Z", "2026-04-01"},
		{"2026-01-01T07:59:59Z", "2025-12-31"}, // 23:59:59 PST
		{"2026-01-01T08:00:00Z", "2026-01-01"},
	}
	for _, tt := range tests {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := Of(at).String(); got != tt.want {
			t.Errorf("Of(%s) = %s, want %s", tt.at, got, tt.want)
		}
		if start := Of(at).Start(); start.After(at) || Of(start) != Of(at) || Of(start.Add(-1)) == Of(at) {
			t.Errorf("Start of %s = %s", tt.want, start)
		}
	}
	if !Of(time.Time{}).IsZero() {
		t.Error("Of(zero time) is a day")
	}
}

func TestAddMonths(t *testing.T) {
	tests := []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-15", 10, "2026-11-15"},
		{"2026-02-28", 10, "2026-12-28"},
		{"2026-04-30", 10, "2027-02-28"},
		{"2027-04-30", 10, "2028-02-29"},
		{"2026-08-31", 10, "2027-06-30"},
		{"2026-12-31", 2, "2027-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-31", -12, "2025-01-31"},
		{"2026-05-05", 0, "2026-05-05"},
	}
	for _, tt := range tests {
		if got := MustParse(tt.from).AddMonths(tt.n).String(); got != tt.want {
			t.Errorf("%s + %d months = %s, want %s", tt.from, tt.n, got, tt.want)
		}
	}
}

func TestDays(t *testing.T) {
	tests := []struct {
		from string
		n    int
		want string
	}{
		{"2007-02-04", 364, "2008-02-03"},
		{"2027-03-01", 364, "2028-02-28"},
		{"2026-03-08", 1, "2026-03-09"}, // the clocks go forward
		{"2026-01-01", -1, "2025-12-31"},
		{"1969-12-31", 1, "1970-01-01"},
	}
	for _, tt := range tests {
		from, want := MustParse(tt.from), MustParse(tt.want)
		if got := from.AddDays(tt.n); got != want {
			t.Errorf("%s + %d = %s, want %s", tt.from, tt.n, got, tt.want)
		}
		if got := want.DaysSince(from); got != tt.n {
			t.Errorf("%s since %s = %d, want %d", tt.want, tt.from, got, tt.n)
		}
		if from.Before(want) != (tt.n > 0) || from.After(want) != (tt.n < 0) || from.Compare(from) != 0 {
			t.Errorf("order of %s and %s", tt.from, tt.want)
		}
	}
	if got := MustParse("2028-02-10").EndOfMonth().String(); got != "2028-02-29" {
		t.Errorf("end of February 2028 = %s", got)
	}
	if got := MustParse("2026-04-01").Weekday(); got != time.Wednesday {
		t.Errorf("1 April 2026 is a %s", got)
	}
}

func TestYearsSince(t *testing.T) {
	tests := []struct {
		born, on string
		want     int
	}{
		{"2008-04-01", "2026-03-31", 17},
		{"2008-04-01", "2026-04-01", 18},
		{"2008-02-29", "2026-02-28", 17},
		{"2008-02-29", "2026-03-01", 18},
		{"2008-12-31", "2026-01-01", 17},
		{"2026-04-01", "2026-04-01", 0},
	}
	for _, tt := range tests {
		if got := MustParse(tt.on).YearsSince(MustParse(tt.born)); got != tt.want {
			t.Errorf("born %s, on %s: %d, want %d", tt.born, tt.on, got, tt.want)
		}
	}
}

func TestJSONRoundTrip(t *testing.T) {
	type record struct {
		On    Date `json:"on"`
		Until Date `json:"until"`
		Blank Date `json:"blank,omitzero"`
	}
	in := record{On: MustParse("2026-04-01")}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"on":"2026-04-01","until":""}`; string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
	var out record
	if err := json.Unmarshal(text, &out); err != nil || out != in {
		t.Errorf("got %v, %v; want %v", out, err, in)
	}
	if err := json.Unmarshal([]byte(`{"on":"2026-02-30"}`), &out); err == nil {
		t.Error("30 February was read")
	}
	if _, err := json.Marshal(Date{2026, 2, 30}); err == nil {
		t.Error("30 February was written")
	}
}

func TestDatabaseRoundTrip(t *testing.T) {
	types := pgtype.NewMap()
	for _, format := range []int16{pgtype.TextFormatCode, pgtype.BinaryFormatCode} {
		for _, want := range []Date{MustParse("2026-04-01"), MustParse("1907-02-28"), {}} {
			raw, err := types.Encode(pgtype.DateOID, format, want, nil)
			if err != nil {
				t.Fatal(err)
			}
			if (raw == nil) != want.IsZero() {
				t.Errorf("%v is written as %q", want, raw)
			}
			got := MustParse("2000-01-01")
			if err := types.Scan(pgtype.DateOID, format, raw, &got); err != nil || got != want {
				t.Errorf("got %v, %v; want %v", got, err, want)
			}
		}
	}
	var d Date
	if err := d.ScanDate(pgtype.Date{Valid: true, InfinityModifier: pgtype.Infinity}); err == nil {
		t.Error("an infinite date was read")
	}
	for _, src := range []any{"2026-04-01", []byte("2026-04-01"), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)} {
		if err := d.Scan(src); err != nil || d.String() != "2026-04-01" {
			t.Errorf("Scan(%v) = %v, %v", src, d, err)
		}
	}
	if err := d.Scan(nil); err != nil || !d.IsZero() {
		t.Errorf("Scan(nil) = %v, %v", d, err)
	}
	if err := d.Scan(7); err == nil {
		t.Error("a number was read as a date")
	}
	if v, err := d.Value(); v != nil || err != nil {
		t.Errorf("zero Date is written as %v, %v", v, err)
	}
}
