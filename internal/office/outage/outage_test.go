package outage_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/office/outage"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var noon = time.Date(2026, 4, 20, 19, 0, 0, 0, time.UTC)

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

// weekend is the outage of 17 to 19 April 2026 (domain/portal.md 26).
func weekend() outage.Notice {
	return outage.Notice{
		Kind: outage.Planned, Affects: outage.Everything,
		StartsAt: time.Date(2026, 4, 18, 5, 0, 0, 0, time.UTC), EndsAt: time.Date(2026, 4, 20, 3, 0, 0, 0, time.UTC),
		TextEN: "The portal is closed.", TextES: "El portal está cerrado.",
	}
}

func TestCheck(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name   string
		change func(n *outage.Notice)
		want   []string // fields
	}{
		{"as announced", func(*outage.Notice) {}, nil},
		{"nothing", func(n *outage.Notice) { *n = outage.Notice{} }, []string{"affects", "kind", "starts", "text-en", "text-es"}},
		{"unknown kind", func(n *outage.Notice) { n.Kind = "sudden" }, []string{"kind"}},
		{"begun 60 days ago", func(n *outage.Notice) { n.StartsAt = noon.Add(-60 * day); n.EndsAt = n.StartsAt.Add(day) }, nil},
		{"begun before that", func(n *outage.Notice) { n.StartsAt = noon.Add(-60*day - 1); n.EndsAt = n.StartsAt.Add(day) }, []string{"starts"}},
		{"a year ahead", func(n *outage.Notice) { n.StartsAt = noon.Add(365 * day); n.EndsAt = n.StartsAt.Add(day) }, nil},
		{"more than that", func(n *outage.Notice) { n.StartsAt = noon.Add(365*day + 1); n.EndsAt = n.StartsAt.Add(day) }, []string{"starts"}},
		{"ends as it begins", func(n *outage.Notice) { n.EndsAt = n.StartsAt }, []string{"ends"}},
		{"14 days", func(n *outage.Notice) { n.EndsAt = n.StartsAt.Add(14 * day) }, nil},
		{"more than 14 days", func(n *outage.Notice) { n.EndsAt = n.StartsAt.Add(14*day + 1) }, []string{"ends"}},
		{"planned without an end", func(n *outage.Notice) { n.EndsAt = time.Time{} }, []string{"ends"}},
		{"unplanned, still open", func(n *outage.Notice) { n.Kind, n.StartsAt, n.EndsAt = outage.Unplanned, noon, time.Time{} }, nil},
		{"unplanned, ahead", func(n *outage.Notice) { n.Kind, n.StartsAt, n.EndsAt = outage.Unplanned, noon.Add(1), time.Time{} }, []string{"starts"}},
		{"unplanned, over now", func(n *outage.Notice) { n.Kind, n.EndsAt = outage.Unplanned, noon }, nil},
		{"unplanned, over later", func(n *outage.Notice) { n.Kind, n.EndsAt = outage.Unplanned, noon.Add(1) }, []string{"ends"}},
		{"one language", func(n *outage.Notice) { n.TextES = "" }, []string{"text-es"}},
		{"500 characters", func(n *outage.Notice) { n.TextES = strings.Repeat("á", 500) }, nil},
		{"501 characters", func(n *outage.Notice) { n.TextES = strings.Repeat("á", 501) }, []string{"text-es"}},
	} {
		n := weekend()
		tt.change(&n)
		if got := fields(n.Check(noon)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: wrong are %v, want %v", tt.name, got, tt.want)
		}
	}
}

func fields(err error) []string {
	f, ok := fault.Of(err)
	if !ok {
		return nil
	}
	var names []string
	for _, x := range f.Fields {
		names = append(names, x.Name)
	}
	slices.Sort(names)
	return names
}

// An outage lasts until, not at, its end.
func TestAt(t *testing.T) {
	end := noon.Add(time.Hour)
	o := outage.Outage{StartsAt: noon, EndsAt: &end}
	open, off := outage.Outage{StartsAt: noon}, outage.Outage{StartsAt: noon, CalledOffAt: &noon}
	for _, tt := range []struct {
		o    outage.Outage
		at   time.Time
		want outage.State
	}{
		{o, noon.Add(-1), outage.Ahead},
		{o, noon, outage.Going},
		{o, end.Add(-1), outage.Going},
		{o, end, outage.Over},
		{open, noon.AddDate(1, 0, 0), outage.Going},
		{off, noon, outage.CalledOff},
	} {
		if got := tt.o.At(tt.at); got != tt.want {
			t.Errorf("at %s: %s, want %s", tt.at, got, tt.want)
		}
	}
}

func newRegister(t *testing.T, db *postgres.DB) (*outage.Service, authz.Actor) {
	t.Helper()
	clienttest.Ring()
	dbtest.Freeze(t, db, noon)
	account := clienttest.Account(t, db, "Odette", "Okafor", "odette@office.example")
	return outage.New(db), authz.Actor{Role: authz.OFP, Account: account, Origin: authz.Origin{Request: "test"}}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	s, actor := newRegister(t, db)
	ctx := context.Background()
	first := sub()
	id, err := s.Register(ctx, actor, first, weekend())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Register(ctx, actor, first, weekend()); err != nil || again != id {
		t.Errorf("the same form again: %s, %v", again, err)
	}
	open := weekend()
	open.Kind, open.StartsAt, open.EndsAt = outage.Unplanned, noon.Add(-time.Hour), time.Time{}
	later, err := s.Register(ctx, actor, sub(), open)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.List(ctx, actor, 1, 10)
	if err != nil || p.Total != 2 || len(p.Outages) != 2 || p.Outages[0].ID != later || p.Outages[0].At(p.Now) != outage.Going || p.Outages[1].By != "Odette Okafor" {
		t.Errorf("register: %+v, %v", p, err)
	}
	if second, err := s.List(ctx, actor, 2, 1); err != nil || len(second.Outages) != 1 || second.Outages[0].ID != id {
		t.Errorf("second page: %+v, %v", second, err)
	}
	entries, err := audit.About(ctx, db, "outage:"+id.String())
	if err != nil || len(entries) != 1 || entries[0].Action != "outage.register" {
		t.Errorf("audit: %+v, %v", entries, err)
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	s, actor := newRegister(t, db)
	ctx := context.Background()
	id, err := s.Register(ctx, actor, sub(), weekend())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CallOff(ctx, actor, sub(), id); !errors.Is(err, outage.ErrHasBegun) {
		t.Errorf("call off what has begun: %v", err)
	}
	for _, end := range []time.Time{{}, weekend().StartsAt, noon.Add(1)} {
		if err := s.Close(ctx, actor, sub(), id, end); !slices.Equal(fields(err), []string{"ends"}) {
			t.Errorf("close at %s: %v, want a message by field", end, err)
		}
	}
	end := weekend().EndsAt.Add(-time.Hour)
	if err := s.Close(ctx, actor, sub(), id, end); err != nil {
		t.Fatal(err)
	}
	o, now, err := s.Find(ctx, actor, id)
	if err != nil || o.EndsAt == nil || !o.EndsAt.Equal(end) || o.At(now) != outage.Over {
		t.Errorf("closed: %+v, %v", o, err)
	}
	if err := s.Close(ctx, actor, sub(), id, end); !errors.Is(err, outage.ErrOver) {
		t.Errorf("close again: %v, want ErrOver", err)
	}
	ahead := weekend()
	ahead.StartsAt, ahead.EndsAt = noon.Add(time.Hour), noon.Add(2*time.Hour)
	if id, err = s.Register(ctx, actor, sub(), ahead); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(ctx, actor, sub(), id, noon); !errors.Is(err, outage.ErrNotBegun) {
		t.Errorf("close what lies ahead: %v", err)
	}
	if err := s.CallOff(ctx, actor, sub(), id); err != nil {
		t.Fatal(err)
	}
	if err := s.CallOff(ctx, actor, sub(), id); !errors.Is(err, outage.ErrOver) {
		t.Errorf("call off again: %v, want ErrOver", err)
	}
	if o, now, err := s.Find(ctx, actor, id); err != nil || o.At(now) != outage.CalledOff {
		t.Errorf("called off: %+v, %v", o, err)
	}
}

// Of two who close an outage at once, the second learns it.
func TestCloseAtOnce(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	s, actor := newRegister(t, db)
	id, err := s.Register(context.Background(), actor, sub(), weekend())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.Close(context.Background(), actor, sub(), id, noon.Add(-time.Duration(i)*time.Minute))
		})
	}
	wg.Wait()
	closed := 0
	for _, err := range errs {
		switch {
		case err == nil:
			closed++
		case !errors.Is(err, outage.ErrOver):
			t.Errorf("close: %v", err)
		}
	}
	if closed != 1 {
		t.Errorf("%d have closed it, want 1", closed)
	}
}

// The register is the program office's; everybody else finds nothing.
func TestWhose(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	s, actor := newRegister(t, db)
	ctx := context.Background()
	id, err := s.Register(ctx, actor, sub(), weekend())
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []authz.Role{authz.Nobody, authz.Client, authz.Staff, authz.Certifier, authz.Desk} {
		other := authz.Actor{Role: role, Account: actor.Account}
		_, register := s.Register(ctx, other, sub(), weekend())
		_, list := s.List(ctx, other, 1, 10)
		_, _, find := s.Find(ctx, other, id)
		for _, err := range []error{register, list, find, s.Close(ctx, other, sub(), id, noon), s.CallOff(ctx, other, sub(), id)} {
			if !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("%s: %v, want ErrNotFound", role, err)
			}
		}
	}
	if _, _, err := s.Find(ctx, actor, uuid.New()); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("an outage that nobody has registered: %v", err)
	}
}

// Everybody is told of what goes on and of what begins within 30 days.
func TestAnnounced(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	s, actor := newRegister(t, db)
	ctx := context.Background()
	const day = 24 * time.Hour
	ids := map[string]uuid.UUID{}
	for name, n := range map[string]outage.Notice{
		"over":      {Kind: outage.Planned, StartsAt: noon.Add(-day), EndsAt: noon},
		"going":     {Kind: outage.Planned, StartsAt: noon.Add(-day), EndsAt: noon.Add(time.Second)},
		"in time":   {Kind: outage.Planned, StartsAt: noon.Add(30*day - time.Second), EndsAt: noon.Add(31 * day)},
		"too early": {Kind: outage.Planned, StartsAt: noon.Add(30 * day), EndsAt: noon.Add(31 * day)},
		"off":       {Kind: outage.Planned, StartsAt: noon.Add(day), EndsAt: noon.Add(2 * day)},
	} {
		n.Affects, n.TextEN, n.TextES = outage.Everything, name, name
		id, err := s.Register(ctx, actor, sub(), n)
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = id
	}
	if err := s.CallOff(ctx, actor, sub(), ids["off"]); err != nil {
		t.Fatal(err)
	}
	list, err := s.Announced(ctx)
	if err != nil || len(list) != 2 || list[0].ID != ids["going"] || list[1].ID != ids["in time"] || list[0].By != "" {
		t.Errorf("announced: %+v, %v", list, err)
	}
}
