package training

import (
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/civil"
)

func date(s string) civil.Date {
	if s == "" {
		return civil.Date{}
	}
	return civil.MustParse(s)
}

var usual = Cadence{CertifierYears: 2, StaffYears: 5, FirstDays: 120}

// of is a standing with a course that exists for long.
func of(t Track, since, done string) Standing {
	return Standing{
		Course:  Course{Code: Orientation, Tracks: []Track{Certifier}, StartsOn: date("1997-01-01")},
		Cadence: usual, Track: t, Since: date(since), DoneOn: date(done),
	}
}

func TestDueOn(t *testing.T) {
	t.Parallel()
	young := of(Administrative, "2020-01-01", "")
	young.StartsOn = date("2024-12-13")
	tests := []struct {
		name  string
		s     Standing
		due   string
		first bool
	}{
		{"certifier, two years", of(Certifier, "2020-01-01", "2024-03-10"), "2026-03-10", false},
		{"staff, five years", of(Clinician, "2020-01-01", "2024-03-10"), "2029-03-10", false},
		{"leap day, two years", of(Certifier, "2020-01-01", "2024-02-29"), "2026-02-28", false},
		{"leap day, five years", of(Administrative, "2020-01-01", "2024-02-29"), "2029-02-28", false},
		{"new certifier, never done", of(Certifier, "2025-01-13", ""), "2025-05-13", true},
		{"done exactly two years before the role began", of(Certifier, "2025-01-13", "2023-01-13"), "2025-01-13", false},
		{"done two years and a day before", of(Certifier, "2025-01-13", "2023-01-12"), "2025-05-13", true},
		{"done in the role and lapsed since", of(Certifier, "2020-01-13", "2021-01-13"), "2023-01-13", false},
		{"a course younger than the role", young, "2025-04-12", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if due := tt.s.DueOn(); due != date(tt.due) || tt.s.First() != tt.first {
				t.Errorf("due on %s, first %v; want %s, %v", due, tt.s.First(), tt.due, tt.first)
			}
		})
	}
}

func TestKind(t *testing.T) {
	t.Parallel()
	done, never := of(Certifier, "2020-01-01", "2024-03-10"), of(Certifier, "2025-01-13", "")
	tests := []struct {
		name string
		s    Standing
		day  string
		want Kind
	}{
		{"61 days before", done, "2026-01-08", Done},
		{"60 days before", done, "2026-01-09", Soon},
		{"exactly two years", done, "2026-03-10", Soon},
		{"two years and a day", done, "2026-03-11", Overdue},
		{"never done, first day", never, "2025-01-13", Never},
		{"the 120th day", never, "2025-05-13", Never},
		{"the 121st day", never, "2025-05-14", Overdue},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.s.Kind(date(tt.day)); got != tt.want {
				t.Errorf("kind = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestAsked(t *testing.T) {
	t.Parallel()
	c := Course{Tracks: []Track{Clinician}, StartsOn: date("2025-01-10"), EndsOn: date("2025-12-31")}
	tests := []struct {
		track Track
		day   string
		want  bool
	}{
		{Clinician, "2025-01-09", false}, {Clinician, "2025-01-10", true}, {Clinician, "2025-12-31", true},
		{Clinician, "2026-01-01", false}, {Certifier, "2025-06-01", false},
	}
	for _, tt := range tests {
		if got := c.Asked(tt.track, date(tt.day)); got != tt.want {
			t.Errorf("%s on %s: asked = %v, want %v", tt.track, tt.day, got, tt.want)
		}
	}
}

func TestStateIsThatOfTheMostUrgentCourse(t *testing.T) {
	t.Parallel()
	day := date("2025-06-01")
	overdue, later := of(Certifier, "2020-01-01", "2023-05-01"), of(Certifier, "2020-01-01", "2023-05-20")
	soon, never, done := of(Certifier, "2020-01-01", "2023-06-20"), of(Certifier, "2025-05-01", ""), of(Certifier, "2020-01-01", "2025-01-01")
	tests := []struct {
		name string
		list []Standing
		want State
		text string
	}{
		{"nothing", nil, State{}, "Nothing required"},
		{"done", []Standing{done}, State{Done, date("2027-01-01"), 1}, "Up to date"},
		{"never before done", []Standing{done, never}, State{Never, date("2025-08-29"), 1}, "Not done yet, due 08/29/2025"},
		{"soon before never", []Standing{never, soon, done}, State{Soon, date("2025-06-20"), 1}, "Due 06/20/2025"},
		{"the oldest of two", []Standing{later, soon, overdue}, State{Overdue, date("2025-05-01"), 2}, "Overdue since 05/01/2025"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := StateOf(tt.list, day)
			if text := got.Phrase().In(t.Context()); got != tt.want || text != tt.text {
				t.Errorf("state = %+v, %q; want %+v, %q", got, text, tt.want, tt.text)
			}
		})
	}
}

func TestOwedMails(t *testing.T) {
	t.Parallel()
	first, again := of(Certifier, "2025-01-13", ""), of(Certifier, "2020-01-01", "2023-05-13") // both due on 13 May 2025
	other := first
	other.Code = "portal-certifier"
	tests := []struct {
		name string
		s    Standing
		day  string
		want string
	}{
		{"61 days before", first, "2025-03-13", ""},
		{"60 days before", first, "2025-03-14", "orientation.due days-60"},
		{"31 days before", first, "2025-04-12", "orientation.due days-60"},
		{"30 days before", first, "2025-04-13", "orientation.due days-30"},
		{"15 days before", first, "2025-04-28", "orientation.due days-30"},
		{"14 days before", first, "2025-04-29", "orientation.due days-14"},
		{"three days late for the last step", first, "2025-05-02", "orientation.due days-14"},
		{"the day itself", first, "2025-05-13", "orientation.due days-14"},
		{"the day after", first, "2025-05-14", "training.overdue month-0"},
		{"a month less a day after", first, "2025-06-13", "training.overdue month-0"},
		{"a month after", first, "2025-06-14", "training.overdue month-1"},
		{"ten months after", first, "2026-03-20", "training.overdue month-10"},
		{"orientation again, 61 days", again, "2025-03-13", ""},
		{"orientation again, 60 days", again, "2025-03-14", "training.due days-60"},
		{"orientation again, 30 days", again, "2025-04-13", "training.due days-60"},
		{"orientation again, 14 days", again, "2025-04-29", "training.due days-14"},
		{"another course for the first time", other, "2025-04-13", "training.due days-60"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, owed := tt.s.owed(date(tt.day))
			if got := strings.TrimSpace(r.key + " " + r.step); got != tt.want || owed != (tt.want != "") {
				t.Errorf("owed %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMonthsSince(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from, to string
		want     int
	}{
		{"2025-01-31", "2025-02-27", 0}, {"2025-01-31", "2025-02-28", 1}, {"2024-12-15", "2025-12-14", 11}, {"2024-12-15", "2025-12-15", 12},
	} {
		if got := monthsSince(date(tt.from), date(tt.to)); got != tt.want {
			t.Errorf("%s to %s: %d months, want %d", tt.from, tt.to, got, tt.want)
		}
	}
}

func TestDraftIsCheckedAllAtOnce(t *testing.T) {
	t.Parallel()
	today := date("2025-03-01")
	good := func() Draft {
		d := Draft{NameEN: "A", NameES: "B", Tracks: []Track{Clinician}, Days: "365"}
		d.Years.Certifier, d.Years.Staff = "1", "10"
		return d
	}
	tests := []struct {
		name   string
		change func(d *Draft)
		want   string // fields with a fault
	}{
		{"good", func(*Draft) {}, ""},
		{"nothing", func(d *Draft) { *d = Draft{} }, "name-en name-es track certifier-years staff-years first-days"},
		{"too small", func(d *Draft) { d.Years.Certifier, d.Years.Staff, d.Days = "0", "-1", "0" }, "certifier-years staff-years first-days"},
		{"too large", func(d *Draft) { d.Years.Certifier, d.Years.Staff, d.Days = "11", "11", "366" }, "certifier-years staff-years first-days"},
		{"from today", func(d *Draft) { d.From, d.EndsOn = today, today }, ""},
		{"from yesterday", func(d *Draft) { d.From, d.EndsOn = today.AddDays(-1), today.AddDays(-1) }, "from ends"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := good()
			tt.change(&d)
			_, faults := d.check(today)
			var fields []string
			for _, f := range faults {
				fields = append(fields, f.Name)
			}
			if got := strings.Join(fields, " "); got != tt.want {
				t.Errorf("faults at %q, want %q", got, tt.want)
			}
		})
	}
}
