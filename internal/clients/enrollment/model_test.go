package enrollment_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
)

// modelDay counts days from the start of the test; none is no day. The model
// is written from domain/portal.md 14 and domain/eligibility.md 8 with plain
// numbers and shares nothing with the program.
const none = -1 << 30

type model struct {
	today      int
	start, end int // of the latest period, both days in it; none: never eligible
	gone       int // first day without; none: not ended
	goneBy     string
	goneOn     int // day on which the end was set
	reaffirmed int
}

func (m *model) status() string {
	switch {
	case m.start == none:
		return "ineligible"
	case m.gone != none && m.today >= m.gone:
		return "deactivated"
	case m.today > m.end:
		return "expired"
	}
	return "active"
}

func (m *model) active() bool { return m.status() == "active" }

// renewable: ten calendar months after the start, or any time once it is over.
func (m *model) renewable(epoch civil.Date) bool {
	s := epoch.AddDays(m.start)
	opens := time.Date(s.Year, s.Month+10, 1, 0, 0, 0, 0, time.UTC)
	last := opens.AddDate(0, 1, -1).Day()
	opens = opens.AddDate(0, 0, min(s.Day, last)-1)
	now := epoch.AddDays(m.today).UTC()
	return m.start != none && (!m.active() || !now.Before(opens))
}

func (m *model) certify(eligible bool) {
	switch {
	case eligible:
		*m = model{today: m.today, start: m.today, end: m.today + 364, gone: none, reaffirmed: none}
	case m.active():
		m.gone, m.goneBy, m.goneOn = m.today, "form", m.today
	}
}

// discontinue returns whether it is done.
func (m *model) discontinue(effective int, future bool) bool {
	if !m.active() || m.gone != none || effective > m.today && !future ||
		effective < m.start || effective < m.reaffirmed || effective > m.end {
		return false
	}
	m.gone, m.goneBy, m.goneOn = effective, "deed", m.today
	return true
}

func (m *model) undo() bool {
	if m.gone == none || m.goneBy != "deed" || m.goneOn != m.today {
		return false
	}
	m.gone = none
	return true
}

func (m *model) reaffirm() bool {
	if m.active() {
		m.reaffirmed = m.today
		return true
	}
	return false
}

func (m *model) change(eligible bool) bool {
	if !m.active() {
		return false
	}
	if !eligible && (m.gone == none || m.today < m.gone) {
		m.gone, m.goneBy, m.goneOn = m.today, "form", m.today
	}
	return true
}

// walker drives the program and the model side by side.
type walker struct {
	*testing.T
	desk
	actor  authz.Actor
	client uuid.UUID
	model  model
	rand   *rand.Rand
	trail  []string
}

// TestRandomSequencesAgainstTheModel does 2,100 acts and steps of time at random and
// compares status and dates, in the record, the lists, the counts and the
// search, after each.
func TestRandomSequencesAgainstTheModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			w := &walker{T: t, desk: newDesk(t, dbtest.New(t)), rand: rand.New(rand.NewPCG(seed, 29))} //nolint:gosec // a test repeats itself
			w.actor = clienttest.Staff(t, w.db)
			w.model = model{start: none, gone: none, reaffirmed: none}
			w.client = w.enrolled(t, w.actor)
			w.model.certify(true)
			for range 70 {
				w.step()
				w.compare()
				if t.Failed() {
					t.Fatalf("after %v", w.trail)
				}
			}
		})
	}
}

func (w *walker) step() {
	m := &w.model
	switch n := w.rand.IntN(20); {
	case n < 7:
		days := []int{0, 1, 1, 5, 30, 89, 91, 300, 364, 400}[w.rand.IntN(10)]
		m.today += days
		dbtest.Freeze(w.T, w.db, noon.AddDate(0, 0, m.today))
		w.trail = append(w.trail, fmt.Sprint("+", days))
	case n < 9:
		w.agree("reaffirm", w.reaffirm(w.T, w.actor, w.client), m.reaffirm())
	case n < 13:
		w.ends()
	case n < 15:
		w.agree("undo", w.undo(w.actor, w.client), m.undo())
	case n < 17:
		w.reports()
	default:
		w.recertifies()
	}
}

func (w *walker) today() civil.Date { return today.AddDays(w.model.today) }

// ends discontinues with a cause and a day at random.
func (w *walker) ends() {
	m, ago := &w.model, []int{-1, 0, 0, 0, 1, 10, 95}[w.rand.IntN(7)]
	on := w.today().AddDays(-ago)
	switch w.rand.IntN(3) {
	case 0:
		in := enrollment.Discontinuation{Cause: enrollment.Pregnant, VisitOn: on}
		w.agree(fmt.Sprint("pregnant ", ago), w.discontinue(w.actor, w.client, in), ago >= 0 && m.discontinue(m.today-ago+1, true))
	case 1:
		in := enrollment.Discontinuation{Cause: enrollment.Sterilized, OperatedOn: on}
		w.agree(fmt.Sprint("sterilized ", ago), w.discontinue(w.actor, w.client, in), ago >= 0 && m.discontinue(m.today-ago+91, true))
	default:
		in := enrollment.Discontinuation{Cause: enrollment.Moved, On: on}
		w.agree(fmt.Sprint("moved ", ago), w.discontinue(w.actor, w.client, in), m.discontinue(m.today-ago, false))
	}
}

// reports records a change of income, which the client may fail.
func (w *walker) reports() {
	eligible := w.rand.IntN(3) > 0
	income := fmt.Sprintf("%d.00", 1000+len(w.trail))
	if !eligible {
		income = fmt.Sprintf("%d.00", 9000+len(w.trail))
	}
	review, err := w.change(w.T, w.actor, w.client, applicationtest.Earning(income, income))
	if err == nil {
		err = w.record(w.actor, review)
	}
	w.agree(fmt.Sprint("change ", eligible), err, w.model.change(eligible))
}

// recertifies certifies anew, when that may begin.
func (w *walker) recertifies() {
	ctx, eligible := context.Background(), w.rand.IntN(4) > 0
	may := w.model.renewable(today)
	id, err := w.applications.Start(ctx, w.actor, sub(), application.Begin{
		Client: w.client, Mode: application.InPerson, Help: application.HelpLanguage,
	})
	if err == nil {
		income := "1200"
		if !eligible {
			income = "9000"
		}
		w.fill(w.T, w.actor, id, applicationtest.Complete(w.T, w.today(), applicationtest.Earning(income, income+".00")))
		err = w.certify(w.actor, id)
	}
	w.agree(fmt.Sprint("recertify ", eligible), err, may)
	if may {
		w.model.certify(eligible)
	}
}

// agree compares whether an act was done. A refusal must be one that says
// something to a person.
func (w *walker) agree(what string, err error, want bool) {
	w.Helper()
	w.trail = append(w.trail, what)
	if _, ok := fault.Of(err); err != nil && !ok || errors.Is(err, fault.ErrNotFound) {
		w.Fatalf("%s: %v after %v", what, err, w.trail)
	}
	if (err == nil) != want {
		w.Errorf("%s on day %d (%s): done = %v (%v), the model says %v", what, w.model.today, w.model.status(), err == nil, err, want)
	}
}

// compare looks at the client in every place that has a status.
func (w *walker) compare() {
	w.Helper()
	m, ctx := &w.model, context.Background()
	s := w.standing(w.T, w.actor, w.client)
	want := client.Period{StartsOn: today.AddDays(m.start), EndsOn: today.AddDays(m.end)}
	if m.gone != none {
		want.DiscontinuedOn = today.AddDays(m.gone)
	}
	if s.Client.Period != want || string(s.Client.Status()) != m.status() {
		w.Errorf("record is %s %+v, the model %s %+v", s.Client.Status(), s.Client.Period, m.status(), want)
	}
	history, err := w.enrollments.History(ctx, w.actor, w.client)
	if err != nil {
		w.Fatal(err)
	}
	if p := history.Periods[0]; p.StartsOn != want.StartsOn || p.EndsOn != want.EndsOn || p.DiscontinuedOn != want.DiscontinuedOn {
		w.Errorf("history begins with %+v, want %+v", p, want)
	}
	for show, is := range map[client.Show]string{
		client.ShowActive: "active", client.ShowExpired: "expired", client.ShowDeactivated: "deactivated", client.ShowIneligible: "ineligible",
	} {
		list, err := w.clients.List(ctx, w.actor, client.Filter{Show: show})
		if err != nil || (list.Total == 1) != (m.status() == is) {
			w.Errorf("list of %s has %d lines, the model says %s (%v)", show, list.Total, m.status(), err)
		}
	}
	overview, err := w.applications.Overview(ctx, w.actor)
	if err != nil || (overview.Active == 1) != m.active() || (overview.Renewable == 1) != (m.active() && m.renewable(today)) {
		w.Errorf("dashboard counts %+v, the model says %s (%v)", overview.Counts, m.status(), err)
	}
	w.search(want)
}

func (w *walker) search(want client.Period) {
	w.Helper()
	ctx := context.Background()
	result, err := w.clients.Search(ctx, w.actor, sub(), client.Query{By: client.ByName, First: "Rosa", Last: "Delgado", BirthOn: day("1998-03-14")})
	if err != nil {
		w.Fatal(err)
	}
	found, err := w.clients.Result(ctx, w.actor, result)
	if err != nil || len(found.Hits) != 1 || found.Hits[0].Period != want {
		w.Errorf("search finds %+v (%v), want %+v", found, err, want)
	}
}
