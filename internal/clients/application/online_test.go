package application_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

var (
	born  = civil.MustParse("1998-03-14") // of applicationtest.Complete
	agree = application.SignForm{Version: 2, Language: locale.Spanish, Agreed: true, Signing: application.Signing{Name: "Rosa Delgado"}}
)

// person is somebody with an account of the own.
func person(t *testing.T, db *postgres.DB) authz.Actor {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	return authz.Actor{Role: authz.Client, Account: clienttest.Account(t, db, "", "", id.String()+"@people.example"), Origin: authz.Origin{Request: "test"}}
}

// sent fills in and sends an application.
func sent(t *testing.T, s *application.Service, who authz.Actor) application.Application {
	t.Helper()
	ctx := context.Background()
	id, err := s.StartOnline(ctx, who, sub())
	if err == nil {
		err = s.SaveOnline(ctx, who, sub(), id, 1, applicationtest.Complete(t, today))
	}
	if err == nil {
		err = s.Submit(ctx, who, sub(), id, agree)
	}
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.ViewOnline(ctx, who)
	if err != nil || a.ID != id || a.State != application.Submitted {
		t.Fatalf("sent: %+v, %v", a.State, err)
	}
	return a.Application
}

// TestOnlineIsForItsAccountAlone is security.md 8.4: another account's
// application does not exist, and a clinic sees none that was not sent to it.
func TestOnlineIsForItsAccountAlone(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, _ := service(t, db)
	who, other, staff := person(t, db), person(t, db), clienttest.Staff(t, db)
	id, err := s.StartOnline(ctx, who, sub())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.StartOnline(ctx, who, sub()); err != nil || again != id {
		t.Errorf("begun twice: %s and %s, %v", id, again, err)
	}
	for name, err := range map[string]error{
		"save":       s.SaveOnline(ctx, other, sub(), id, 1, applicationtest.Complete(t, today)),
		"send":       s.Submit(ctx, other, sub(), id, agree),
		"choose":     s.Choose(ctx, other, sub(), id, staff.Site),
		"delete":     s.DeleteOnline(ctx, other, sub(), id),
		"staff save": s.SaveOnline(ctx, staff, sub(), id, 1, applicationtest.Complete(t, today)),
	} {
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v, want not found", name, err)
		}
	}
	for name, actor := range map[string]authz.Actor{"other account": other, "clinic": staff} {
		if _, err := s.View(ctx, actor, id); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s sees it: %v", name, err)
		}
	}
}

// TestTwoDevicesAtOnce begins on ten devices and saves from ten: there is one
// application, and one of them is saved.
func TestTwoDevicesAtOnce(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.New(t)
	s, _ := service(t, db)
	who := person(t, db)
	ids, errs := make([]uuid.UUID, 10), make([]error, 10)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() { ids[i], errs[i] = s.StartOnline(ctx, who, sub()) })
	}
	wg.Wait()
	for i := range ids {
		if errs[i] != nil || ids[i] != ids[0] {
			t.Errorf("device %d: %s, %v", i, ids[i], errs[i])
		}
	}
	for i := range errs {
		wg.Go(func() {
			a := applicationtest.Complete(t, today, applicationtest.Named("Rosa", strings.Repeat("x", i+1)))
			errs[i] = s.SaveOnline(ctx, who, sub(), ids[0], 1, a)
		})
	}
	wg.Wait()
	good := 0
	for _, err := range errs {
		if err == nil {
			good++
		} else if !errors.Is(err, application.ErrChanged) {
			t.Error(err)
		}
	}
	if good != 1 {
		t.Errorf("%d devices saved the same version", good)
	}
}

// TestSentOnlineWaits: nothing is decided, nothing can be changed or sent again,
// and a clinic that has it on its list cannot go on before it meets the client.
func TestSentOnlineWaits(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, _ := service(t, db)
	who, staff, elsewhere := person(t, db), clienttest.Staff(t, db), clienttest.Staff(t, db)
	a := sent(t, s, who)
	if a.Signature == nil || a.Signature.Language != locale.Spanish || a.ClientID != uuid.Nil {
		t.Errorf("sent: %+v", a.Signature)
	}
	for name, err := range map[string]error{
		"again": s.Submit(ctx, who, sub(), a.ID, agree),
		"save":  s.SaveOnline(ctx, who, sub(), a.ID, 2, applicationtest.Complete(t, today, applicationtest.Named("A", "B"))),
	} {
		if !errors.Is(err, application.ErrSent) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Choose(ctx, who, sub(), a.ID, staff.Site); err != nil {
		t.Fatal(err)
	}
	list, err := s.Sent(ctx, staff, 1)
	if err != nil || list.Total != 1 || list.Lines[0].ID != a.ID || list.Lines[0].Name.First != "Rosa" {
		t.Errorf("the list: %+v, %v", list, err)
	}
	if err := s.Sign(ctx, staff, sub(), a.ID, agree); !errors.Is(err, application.ErrNotLive) {
		t.Errorf("signed before meeting the client: %v", err)
	}
	if _, err := s.Take(ctx, elsewhere, sub(), a.ID, application.Video); !errors.Is(err, application.ErrNoneWaits) {
		t.Errorf("taken from another's list: %v", err)
	}
	if l, err := s.Waiting(ctx, staff, a.ID); err != nil || l.Number != a.Number {
		t.Errorf("on the list: %+v, %v", l, err)
	}
	if _, err := s.Waiting(ctx, elsewhere, a.ID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("on another's list: %v", err)
	}
	if _, err := s.Take(ctx, staff, sub(), a.ID, application.Video); err != nil {
		t.Fatal(err)
	}
	taken, err := s.View(ctx, staff, a.ID)
	if err != nil || taken.Mode != application.Video || taken.State != application.Draft || taken.Signature != nil {
		t.Errorf("taken: %s %s, %v", taken.Mode, taken.State, err)
	}
	if _, err := s.StartOnline(ctx, who, sub()); !errors.Is(err, application.ErrSent) {
		t.Errorf("a second one while a clinic has the first: %v", err)
	}
	for name, err := range map[string]error{
		"choose": s.Choose(ctx, who, sub(), a.ID, elsewhere.Site),
		"delete": s.DeleteOnline(ctx, who, sub(), a.ID),
	} {
		if !errors.Is(err, application.ErrSent) {
			t.Errorf("%s after a clinic took it: %v", name, err)
		}
	}
}

// TestClaim finds what waits by number and birth date, once, and counts as a
// search across sites (security.md 8.7).
func TestClaim(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, _ := service(t, db)
	a, staff := sent(t, s, person(t, db)), clienttest.Staff(t, db)
	for name, c := range map[string]application.Claim{
		"other birth date": {Number: a.Number, BirthOn: born.AddDays(1), Mode: application.Video},
		"no birth date":    {Number: a.Number, Mode: application.Video},
		"other number":     {Number: "9" + a.Number, BirthOn: born, Mode: application.Video},
	} {
		if _, err := s.Claim(ctx, staff, sub(), c); !errors.Is(err, application.ErrNoneWaits) {
			t.Errorf("%s: %v", name, err)
		}
	}
	right := application.Claim{Number: " " + a.Number, BirthOn: born, Mode: application.InPerson}
	if id, err := s.Claim(ctx, staff, sub(), right); err != nil || id != a.ID {
		t.Errorf("claimed %s, %v", id, err)
	}
	if _, err := s.Claim(ctx, clienttest.Staff(t, db), sub(), right); !errors.Is(err, application.ErrNoneWaits) {
		t.Errorf("claimed twice: %v", err)
	}
	guesser := clienttest.Staff(t, db)
	for range 60 {
		_, _ = s.Claim(ctx, guesser, sub(), application.Claim{Number: "1", BirthOn: born, Mode: application.Video})
	}
	if f, ok := fault.Of(func() error { _, err := s.Claim(ctx, guesser, sub(), right); return err }()); !ok || f.Kind != fault.Throttled {
		t.Errorf("after 60 guesses: %+v", f)
	}
}

// TestOnlineLapses: at 60 days what waits is gone for clinics, before and after
// the sweep; a draft ends after 30 days.
func TestOnlineLapses(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, _ := service(t, db)
	who, late, staff := person(t, db), person(t, db), clienttest.Staff(t, db)
	a := sent(t, s, who)
	draft, err := s.StartOnline(ctx, late, sub())
	if err == nil {
		err = s.SaveOnline(ctx, late, sub(), draft, 1, applicationtest.Complete(t, today))
	}
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Freeze(t, db, noon.Add(30*24*time.Hour+time.Second))
	if err := s.Submit(ctx, late, sub(), draft, agree); !errors.Is(err, application.ErrEnded) {
		t.Errorf("a draft sent too late: %v", err)
	}
	dbtest.Freeze(t, db, noon.Add(60*24*time.Hour))
	claim := application.Claim{Number: a.Number, BirthOn: born, Mode: application.Video}
	if _, err := s.Claim(ctx, staff, sub(), claim); !errors.Is(err, application.ErrNoneWaits) {
		t.Errorf("claimed after its time: %v", err)
	}
	if err := application.Sweep(ctx, db); err != nil {
		t.Fatal(err)
	}
	if got, err := s.ViewOnline(ctx, who); err != nil || got.State != application.Withdrawn {
		t.Errorf("lapsed: %s, %v", got.State, err)
	}
	if _, err := s.ViewOnline(ctx, late); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the old draft: %v", err)
	}
	if id, err := s.StartOnline(ctx, who, sub()); err != nil || id == a.ID {
		t.Errorf("begun anew: %s, %v", id, err)
	}
}
