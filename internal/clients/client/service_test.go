package client_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ring = clienttest.Ring()

var noon = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

func maria() client.Person {
	return client.Person{
		Name: client.Name{First: "María", Last: "García López"}, BirthOn: civil.MustParse("1998-03-14"),
		SSN: "123456789", County: "10",
		Address: client.Address{Street: "2 Elm Street", City: "Fresno", State: "CA", ZIP: "93701"},
		Contact: client.Contact{Confidential: true, Phone: "(555) 555-0101"},
	}
}

// create adds the person at the actor's site, with a number and a period when
// starts is given.
func create(t *testing.T, db *postgres.DB, actor authz.Actor, p client.Person, starts civil.Date) (id uuid.UUID, number client.HAPNumber) {
	t.Helper()
	ctx := context.Background()
	err := db.InTx(ctx, actor, func(tx *postgres.Tx) (err error) {
		if id, err = client.CreateTx(ctx, tx, ring, actor, p); err != nil || starts.IsZero() {
			return err
		}
		if number, err = client.IssueHAPTx(ctx, tx, ring, actor, id); err != nil {
			return err
		}
		return client.SetPeriodTx(ctx, tx, id, actor.Site, client.Period{StartsOn: starts, EndsOn: starts.AddDays(364)})
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, number
}

func TestSearch(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s := client.New(db, ring)
	own := clienttest.Staff(t, db)
	other := clienttest.Staff(t, db)
	p := maria()
	p.BIC = "91234567A95123"
	id, number := create(t, db, own, p, civil.Of(noon))
	born := civil.MustParse("1998-03-14")
	tests := []struct {
		name string
		q    client.Query
		want bool
	}{
		{"HAP number", client.Query{By: client.ByHAP, Number: number.Groups()}, true},
		{"SSN with hyphens", client.Query{By: client.BySSN, Number: "123-45-6789"}, true},
		{"Medi-Cal card with spaces", client.Query{By: client.ByBIC, Number: "9123 4567 a 9 5123"}, true},
		{"another Medi-Cal card", client.Query{By: client.ByBIC, Number: "91234567A95124"}, false},
		{"another SSN", client.Query{By: client.BySSN, Number: "123-45-6780"}, false},
		{"one of two last names", client.Query{By: client.ByName, First: "maria", Last: "LOPEZ", BirthOn: born}, true},
		{"swapped", client.Query{By: client.ByName, First: "garcia-lopez", Last: "Maria", BirthOn: born}, true},
		{"other birth date", client.Query{By: client.ByName, First: "Maria", Last: "Lopez", BirthOn: born.AddDays(1)}, false},
		{"part of a name", client.Query{By: client.ByName, First: "Mar", Last: "Lop", BirthOn: born}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, actor := range []authz.Actor{own, other} {
				result := search(t, s, actor, tt.q)
				if got := len(result.Hits) == 1 && result.Hits[0].ID == id; got != tt.want {
					t.Fatalf("found = %t, want %t (%d hits)", got, tt.want, len(result.Hits))
				}
				if !tt.want {
					continue
				}
				h := result.Hits[0]
				if mine := actor.Site == own.Site; h.Own != mine || (h.HAP != "") != mine || (h.Name.First != "") != mine {
					t.Errorf("own = %t tells %+v", mine, h)
				}
				if h.Initials != "M.G." || h.BirthYear != 1998 || h.ZIP != "93701" {
					t.Errorf("hit tells %q, %d, %q", h.Initials, h.BirthYear, h.ZIP)
				}
			}
		})
	}
	if _, err := s.Result(ctx, other, uuid.New()); !errors.Is(err, client.ErrResultExpired) {
		t.Errorf("a result that is not there: %v", err)
	}
}

func search(t *testing.T, s *client.Service, actor authz.Actor, q client.Query) client.Result {
	t.Helper()
	ctx := context.Background()
	id, err := s.Search(ctx, actor, sub(), q)
	if err != nil {
		t.Fatal(err)
	}
	result, err := s.Result(ctx, actor, id)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestResultIsForItsFinderAndHalfAnHour(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s := client.New(db, ring)
	actor := clienttest.Staff(t, db)
	colleague := clienttest.StaffAt(t, db, actor.Site)
	create(t, db, actor, maria(), civil.Date{})
	r := search(t, s, actor, client.Query{By: client.BySSN, Number: "123456789"})
	if _, err := s.Result(ctx, colleague, r.ID); !errors.Is(err, client.ErrResultExpired) {
		t.Errorf("a colleague reads the result: %v", err)
	}
	dbtest.Freeze(t, db, noon.Add(30*time.Minute-time.Second))
	if _, err := s.Result(ctx, actor, r.ID); err != nil {
		t.Errorf("after 29:59: %v", err)
	}
	dbtest.Freeze(t, db, noon.Add(30*time.Minute))
	if _, err := s.Result(ctx, actor, r.ID); !errors.Is(err, client.ErrResultExpired) {
		t.Errorf("after 30 minutes: %v", err)
	}
	if err := client.Sweep(ctx, db); err != nil {
		t.Fatal(err)
	}
	err := db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		n, err := postgres.Value[int](ctx, tx, `SELECT count(*) FROM search_result WHERE id = $1`, r.ID)
		if n != 0 {
			t.Error("the search is kept after it has expired")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenForTheDay(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s := client.New(db, ring)
	own, other := clienttest.Staff(t, db), clienttest.Staff(t, db)
	id, _ := create(t, db, own, maria(), civil.Of(noon))

	view := func(actor authz.Actor) error { _, err := s.View(ctx, actor, id, "record"); return err }
	if err := view(own); err != nil {
		t.Fatalf("own site: %v", err)
	}
	if err := view(other); !errors.Is(err, fault.ErrNotFound) {
		t.Fatalf("other site before opening: %v, want not found", err)
	}
	r := search(t, s, other, client.Query{By: client.BySSN, Number: "123456789"})
	if err := s.Open(ctx, other, sub(), r.ID, id, "", ""); !errors.Is(err, client.ErrPurposeMissing) {
		t.Errorf("without a purpose: %v", err)
	}
	if err := s.Open(ctx, other, sub(), r.ID, id, client.ForOther, ""); err == nil {
		t.Error("another purpose without a note was accepted")
	}
	if err := s.Open(ctx, other, sub(), r.ID, uuid.New(), client.ForVisit, ""); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody the search did not find: %v", err)
	}
	if err := s.Open(ctx, other, sub(), r.ID, id, client.ForVisit, ""); err != nil {
		t.Fatal(err)
	}
	if err := view(other); err != nil {
		t.Errorf("other site after opening: %v", err)
	}
	dbtest.Freeze(t, db, time.Date(2025, 1, 21, 7, 59, 59, 0, time.UTC)) // 23:59:59 in California
	if err := view(other); err != nil {
		t.Errorf("late that day: %v", err)
	}
	dbtest.Freeze(t, db, time.Date(2025, 1, 21, 8, 0, 0, 0, time.UTC))
	if err := view(other); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the next day: %v, want not found", err)
	}
	page, err := s.Accesses(ctx, own, id)
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for _, l := range page.Lines {
		if l.Action == "client.open" && l.Reason == "visit" {
			opened++
		}
	}
	if opened != 1 {
		t.Errorf("%d openings in the list of accesses, want 1", opened)
	}
}

func TestSearchLimit(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s := client.New(db, ring)
	actor := clienttest.Staff(t, db)
	q := client.Query{By: client.BySSN, Number: "123456780"}
	for i := range 61 {
		_, err := s.Search(context.Background(), actor, sub(), q)
		if over := errors.Is(err, ratelimit.ErrExceeded); over != (i == 60) {
			t.Fatalf("search %d: %v", i+1, err)
		}
	}
}

func TestQueryCheck(t *testing.T) {
	today := civil.Of(noon)
	tests := []struct {
		name string
		q    client.Query
		want []string
	}{
		{"nothing", client.Query{}, []string{"by"}},
		{"name without birth date", client.Query{By: client.ByName, First: "A"}, []string{"birth"}},
		{"no name", client.Query{By: client.ByName, BirthOn: today}, []string{"first"}},
		{"single name", client.Query{By: client.ByName, Last: "Xi", BirthOn: today}, nil},
		{"born tomorrow", client.Query{By: client.ByName, First: "A", BirthOn: today.AddDays(1)}, []string{"birth"}},
		{"half a HAP number", client.Query{By: client.ByHAP, Number: "9500"}, []string{"hap"}},
		{"SSN of 8", client.Query{By: client.BySSN, Number: "12345678"}, []string{"ssn"}},
		{"SSN all equal", client.Query{By: client.BySSN, Number: "111111111"}, []string{"ssn"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			if f, ok := fault.Of(tt.q.Check(today)); ok {
				for _, x := range f.Fields {
					got = append(got, x.Name)
				}
			}
			if len(got) != len(tt.want) || len(got) > 0 && got[0] != tt.want[0] {
				t.Errorf("faults in %v, want %v", got, tt.want)
			}
		})
	}
}

func TestListAndCountsAgree(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	today := civil.Of(noon)
	s := client.New(db, ring)
	actor := clienttest.Staff(t, db)
	create(t, db, clienttest.Staff(t, db), maria(), today) // of another site
	for _, starts := range []civil.Date{
		today, today.AddMonths(-10), today.AddMonths(-10).AddDays(1),
		today.AddDays(-364 + 14), today.AddDays(-364 + 15), today.AddDays(-364), today.AddDays(-365), {},
	} {
		p := maria()
		p.SSN = ""
		create(t, db, actor, p, starts)
	}
	want := map[client.Show]int{
		"": 8, client.ShowActive: 6, client.ShowRenewable: 4, client.ShowEnding: 2,
		client.ShowExpired: 1, client.ShowIneligible: 1, client.ShowDeactivated: 0,
	}
	for show, n := range want {
		list, err := s.List(ctx, actor, client.Filter{Show: show})
		if err != nil {
			t.Fatal(err)
		}
		if list.Total != n || len(list.Lines) != n {
			t.Errorf("list %q has %d, want %d", show, list.Total, n)
		}
	}
	err := db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var c client.Counts
		var b postgres.Batch
		client.QueueCounts(&b, &c, tx.Today(), actor.Site)
		err := b.Send(ctx, tx)
		if c != (client.Counts{Active: 6, Renewable: 4, Ending: 2}) {
			t.Errorf("counts %+v do not agree with the lists", c)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNobodySeesNothing(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	actor := clienttest.Staff(t, db)
	create(t, db, actor, maria(), civil.Of(noon))
	search(t, client.New(db, ring), actor, client.Query{By: client.BySSN, Number: "123456789"})
	for _, role := range []authz.Actor{{}, {Role: authz.Nobody}, {Role: authz.Desk, Account: uuid.New()}, {Role: authz.Staff, Account: uuid.New(), Site: uuid.New()}} {
		for _, table := range []string{"client", "client_index", "client_opening", "search_result"} {
			err := db.InTx(ctx, role, func(tx *postgres.Tx) error {
				n, err := postgres.Value[int](ctx, tx, `SELECT count(*) FROM `+table)
				if n != 0 {
					t.Errorf("%q sees %d rows of %s", role, n, table)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	id, _ := create(t, db, clienttest.Staff(t, db), maria(), civil.Of(noon))
	elsewhere := clienttest.Staff(t, db)
	change := func(fn func(*client.Person)) client.Person { p := maria(); fn(&p); return p }
	tests := []struct {
		name    string
		p       client.Person
		besides []uuid.UUID
		want    uuid.UUID
	}{
		{"same", maria(), nil, id},
		{"no SSN, capitals", change(func(p *client.Person) { p.SSN = ""; p.Name = client.Name{First: "MARIA", Last: "GARCIA-LOPEZ"} }), nil, id},
		{"one of two last names, no SSN", change(func(p *client.Person) { p.SSN = ""; p.Name.Last = "García" }), nil, uuid.Nil},
		{"married name, same SSN and birth date", change(func(p *client.Person) { p.Name.Last = "Jones" }), nil, id},
		{"SSN alone", change(func(p *client.Person) { p.Name.First = "Bob"; p.BirthOn = civil.MustParse("1970-01-01") }), nil, uuid.Nil},
		{"said to be somebody else", change(func(p *client.Person) { p.SSN = "" }), []uuid.UUID{id}, uuid.Nil},
		{"said to be somebody else, same SSN", maria(), []uuid.UUID{id}, id},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := db.InTx(ctx, elsewhere, func(tx *postgres.Tx) error {
				got, err := client.MatchTx(ctx, tx, ring, tt.p, tt.besides)
				if got != tt.want {
					t.Errorf("match = %s, want %s", got, tt.want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestPeriod(t *testing.T) {
	p := client.Period{StartsOn: civil.MustParse("2025-01-20"), EndsOn: civil.MustParse("2026-01-19")}
	ended := p
	ended.DiscontinuedOn = civil.MustParse("2025-06-01")
	tests := []struct {
		name      string
		p         client.Period
		on        string
		status    client.Status
		left      int
		renewable bool
	}{
		{"never", client.Period{}, "2025-01-20", client.Ineligible, 0, false},
		{"first day", p, "2025-01-20", client.Active, 365, false},
		{"day before the window", p, "2025-11-19", client.Active, 62, false},
		{"window opens", p, "2025-11-20", client.Active, 61, true},
		{"last day", p, "2026-01-19", client.Active, 1, true},
		{"day after", p, "2026-01-20", client.Expired, 0, true},
		{"day before its end", ended, "2025-05-31", client.Active, 1, false},
		{"ended", ended, "2025-06-01", client.Deactivated, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			on := civil.MustParse(tt.on)
			if s, l, r := tt.p.On(on), tt.p.DaysLeft(on), tt.p.Renewable(on); s != tt.status || l != tt.left || r != tt.renewable {
				t.Errorf("got %s, %d days, renewable %t; want %s, %d, %t", s, l, r, tt.status, tt.left, tt.renewable)
			}
		})
	}
}

// What a person did not give must not show (decisions 39): no nulls, no other
// lengths, no kind of index that is not there.
func TestWhatWasNotGivenDoesNotShow(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	actor := clienttest.Staff(t, db)
	bare := client.Person{Name: maria().Name, BirthOn: maria().BirthOn, County: "10"}
	full := maria()
	full.BIC, full.Contact.Email = "90000000A95001", "maria@mail.example"
	create(t, db, actor, bare, civil.Date{})
	id, _ := create(t, db, actor, full, civil.Date{})
	err := db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		// Answers without the numbers: those of before stay.
		if err := client.UpdateTx(ctx, tx, ring, actor, id, bare); err != nil {
			return err
		}
		r, err := client.FindTx(ctx, tx, ring, id)
		if r.SSNEnd != "6789" || !r.HasBIC || r.Address != (client.Address{}) {
			t.Errorf("after an update without them: SSN %q, card %v, address %+v", r.SSNEnd, r.HasBIC, r.Address)
		}
		if err := client.UpdateTx(ctx, tx, ring, actor, id, full); err != nil {
			return err
		}
		shapes, listErr := postgres.Values[string](ctx, tx, `
			SELECT DISTINCT concat_ws(' ', octet_length(zip_sealed), octet_length(ssn_sealed), octet_length(bic_sealed),
				octet_length(address_sealed),
				(SELECT string_agg(i.kind, ' ' ORDER BY i.kind) FROM client_index i WHERE i.client_id = c.id AND i.kind <> 'name-birth'))
			FROM client c`)
		if len(shapes) != 1 || !strings.HasSuffix(shapes[0], " bic email phone ssn") {
			t.Errorf("two clients are told apart: %q", shapes)
		}
		return errors.Join(err, listErr)
	})
	if err != nil {
		t.Fatal(err)
	}
	s := client.New(db, ring)
	if r := search(t, s, actor, client.Query{By: client.BySSN, Number: "123456789"}); len(r.Hits) != 1 || r.Hits[0].ID != id {
		t.Errorf("found %+v", r.Hits)
	}
}

func TestLookingAtAResultIsRecorded(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, actor := client.New(db, ring), clienttest.Staff(t, db)
	r := search(t, s, actor, client.Query{By: client.BySSN, Number: "123456789"})
	entries, err := audit.About(ctx, db, "search:"+r.ID.String())
	if err != nil || len(entries) != 2 || entries[0].Action != "client.search-view" || *entries[0].AccountID != actor.Account {
		t.Errorf("entries %+v, %v", entries, err)
	}
}
