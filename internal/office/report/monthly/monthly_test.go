package monthly

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/office/report/suppress"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ring = clienttest.Ring()

func TestClosing(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{"2025-01-01": "2025-02-08", "2025-01-31": "2025-02-08", "2024-12-15": "2025-01-08", "2024-02-29": "2024-03-08"} {
		if got := civil.Of(Closing(civil.MustParse(day))).String(); got != want {
			t.Errorf("the month of %s is closed on %s, want %s", day, got, want)
		}
	}
}

// A count holds from the end of the day, and from the closing of the month on
// only one that was made since.
func TestSince(t *testing.T) {
	t.Parallel()
	day := civil.MustParse("2025-01-14")
	closing := Closing(day)
	for now, want := range map[time.Time]time.Time{
		closing.Add(-time.Second): day.AddDays(1).Start(),
		closing:                   closing,
		closing.AddDate(1, 0, 0):  closing,
	} {
		if got := since(day, now); !got.Equal(want) {
			t.Errorf("at %s a count holds since %s, want %s", now, got, want)
		}
	}
}

func TestMonthIsToldWhole(t *testing.T) {
	t.Parallel()
	month := civil.MustParse("2025-01-01")
	for _, tt := range []struct {
		days int
		at   time.Time
		want bool
	}{
		{31, Closing(month), true},
		{31, Closing(month).Add(-time.Second), false},
		{30, Closing(month), false},
	} {
		if got := (countedMonth{month, tt.days, tt.at}).told(); got != tt.want {
			t.Errorf("%d days since %s: told %v", tt.days, tt.at, got)
		}
	}
}

func TestReportsByRole(t *testing.T) {
	t.Parallel()
	for role, want := range map[authz.Role]int{authz.Certifier: 5, authz.Staff: 4} {
		if got := len(For(role)); got != want {
			t.Errorf("%s has %d reports, want %d", role, got, want)
		}
	}
}

// asked is every report over every range that can be asked for.
func asked(t *testing.T, s *Service, q *queued) (told []Report) {
	t.Helper()
	for _, n := range Names {
		for _, m := range q.months {
			for _, length := range Lengths {
				r, err := s.report(q, n, Range{Last: m.Month, Months: length})
				if err != nil {
					t.Fatal(err)
				}
				told = append(told, r)
			}
		}
	}
	return told
}

// Over seeded months, whoever asks for every report and every range learns of a
// small count only that it is small: with any other small count in its place,
// on whatever days, all answers are the same (ux.md 6.5).
func TestNothingSmallCanBeWorkedOut(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(20, 26)) //nolint:gosec // a test repeats itself
	s := New(nil, ring)
	now := civil.MustParse("2026-02-10").Start()
	for range 12 {
		var months []countedMonth
		made := map[civil.Date][]int{} // counts of a month, by column of the four reports
		first := civil.MustParse("2026-01-01")
		for back := range 5 {
			month := first.AddMonths(-back)
			months = append(months, countedMonth{month, month.EndOfMonth().Day, Closing(month)})
			for range 4 + len(Codes()) {
				made[month] = append(made[month], []int{0, 1 + r.IntN(10), 11, 11 + r.IntN(90)}[r.IntN(4)])
			}
		}
		told := asked(t, s, &queued{now: now, months: months, days: days(t, r, made)})
		for month, columns := range made {
			i := r.IntN(len(columns))
			if !suppress.Small(columns[i]) {
				continue
			}
			for _, other := range []int{1, 2 + r.IntN(8), 10} {
				was := columns[i]
				columns[i] = other
				if got := asked(t, s, &queued{now: now, months: months, days: days(t, r, made)}); !reflect.DeepEqual(got, told) {
					t.Fatalf("%s, column %d: %d is told apart from %d", month, i, other, was)
				}
				columns[i] = was
			}
		}
	}
}

// days are rows of a site that come to the counts, spread over each month.
func days(t *testing.T, r *rand.Rand, made map[civil.Date][]int) (rows []siteDay) {
	t.Helper()
	for month, columns := range made {
		spread := map[int][]int{}
		for i, n := range columns {
			for range n {
				on := r.IntN(month.EndOfMonth().Day)
				if spread[on] == nil {
					spread[on] = make([]int, len(columns))
				}
				spread[on][i]++
			}
		}
		for on, c := range spread {
			id, ended := uuid.Must(uuid.NewV7()), map[eligibility.DeactivationCode]int{}
			for i, code := range Codes() {
				ended[code] = c[4+i]
			}
			sealed, err := sealEnded(ring, id, enrollment.DayCount{Ended: ended})
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, siteDay{id, month.AddDays(on), c[0], c[1], c[2], c[3], sealed})
		}
	}
	return rows
}
