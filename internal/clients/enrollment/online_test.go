package enrollment_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// alone is somebody with an account of the own.
func (d desk) alone(t *testing.T) authz.Actor {
	t.Helper()
	id := uuid.New()
	return authz.Actor{Role: authz.Client, Account: clienttest.Account(t, d.db, "", "", id.String()+"@people.example"), Origin: authz.Origin{Request: "test"}}
}

// sends fills in, signs and sends an application alone.
func (d desk) sends(t *testing.T, who authz.Actor, answers question.Answers) application.Application {
	t.Helper()
	ctx := context.Background()
	id, err := d.applications.StartOnline(ctx, who, sub())
	if err == nil {
		err = d.applications.SaveOnline(ctx, who, sub(), id, 1, answers)
	}
	if err == nil {
		err = d.applications.Submit(ctx, who, sub(), id, application.SignForm{
			Version: 2, Language: locale.Spanish, Agreed: true, Signing: application.Signing{Name: "Rosa Delgado"},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	a, err := d.applications.ViewOnline(ctx, who)
	if err != nil {
		t.Fatal(err)
	}
	return a.Application
}

// claims makes what was sent the site's, and has it signed and told live.
func (d desk) claims(t *testing.T, staff authz.Actor, a application.Application) {
	t.Helper()
	d.takes(t, staff, a)
	d.signs(t, staff, a.ID)
}

func (d desk) takes(t *testing.T, staff authz.Actor, a application.Application) {
	t.Helper()
	_, err := d.applications.Claim(context.Background(), staff, sub(), application.Claim{Number: a.Number, BirthOn: a.Answers.BirthDate(), Mode: application.InPerson})
	if err != nil {
		t.Fatal(err)
	}
}

func (d desk) signs(t *testing.T, staff authz.Actor, id uuid.UUID) {
	t.Helper()
	ctx := context.Background()
	err := d.applications.Sign(ctx, staff, sub(), id, application.SignForm{
		Kind: application.Electronic, Version: 2, Language: locale.English, Agreed: true, Signing: application.Signing{Name: "Signed Here"},
	})
	if err != nil {
		t.Fatal(err)
	}
	app, err := d.applications.View(ctx, staff, id)
	if err == nil {
		err = d.applications.Disclose(ctx, staff, sub(), id, applicationtest.Told(app))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// identifies says which record is the client's, uuid.Nil none.
func (d desk) identifies(t *testing.T, staff authz.Actor, id, person uuid.UUID) {
	t.Helper()
	ctx := context.Background()
	found, err := d.applications.Look(ctx, staff, sub(), id)
	if err == nil {
		err = d.applications.Identify(ctx, staff, sub(), id, found, person)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// owner is the account of a record.
func (d desk) owner(t *testing.T, clientID uuid.UUID) (account uuid.UUID) {
	t.Helper()
	err := d.db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		account, err = postgres.Value[uuid.UUID](context.Background(), tx, `
			SELECT coalesce(account_id, '00000000-0000-0000-0000-000000000000') FROM client WHERE id = $1`, clientID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// TestSentIsFinishedLive is the whole way of decisions 17: what the client
// signed alone certifies nothing, the live signature does, and the record is
// the account's own in the same act.
func TestSentIsFinishedLive(t *testing.T) {
	t.Parallel()
	ctx, d := context.Background(), newDesk(t, dbtest.New(t))
	who, staff := d.alone(t), clienttest.Staff(t, d.db)
	a := d.sends(t, who, applicationtest.Complete(t, today))
	d.takes(t, staff, a)
	if err := d.certify(staff, a.ID); !errors.Is(err, enrollment.ErrBlocked) {
		t.Errorf("certified with the signature of a client alone: %v", err)
	}
	d.signs(t, staff, a.ID)
	if err := d.certify(staff, a.ID); err != nil {
		t.Fatal(err)
	}
	got, err := d.applications.ViewOnline(ctx, who)
	if err != nil || got.State != application.Certified || d.owner(t, got.ClientID) != who.Account {
		t.Errorf("the client sees %s, %v; the record is %v's", got.State, err, d.owner(t, got.ClientID))
	}
	if again, err := d.applications.StartOnline(ctx, who, sub()); !errors.Is(err, application.ErrWindow) {
		t.Errorf("a second certification in the first months: %s, %v", again, err)
	}
}

// TestSentByOneWithRecord: somebody has to say whose the record of the same
// name and birth date is, before it is shown to an account. The number is for
// life.
func TestSentByOneWithRecord(t *testing.T) {
	t.Parallel()
	ctx, d := context.Background(), newDesk(t, dbtest.New(t))
	far, staff := clienttest.Staff(t, d.db), clienttest.Staff(t, d.db)
	first := d.ready(t, far, applicationtest.Complete(t, today))
	if err := d.certify(far, first); err != nil {
		t.Fatal(err)
	}
	result, err := d.enrollments.Result(ctx, far, first)
	if err != nil {
		t.Fatal(err)
	}
	known := result.Client
	dbtest.Freeze(t, d.db, noon.AddDate(2, 0, 0))
	later := civil.Of(noon.AddDate(2, 0, 0))
	who := d.alone(t)
	a := d.sends(t, who, applicationtest.Complete(t, later))
	d.claims(t, staff, a)
	if v, err := d.enrollments.Review(ctx, staff, a.ID); err != nil || !v.Possible {
		t.Errorf("the review does not say that there may be a record: %v", err)
	}
	if err := d.certify(staff, a.ID); !errors.Is(err, enrollment.ErrUnidentified) {
		t.Fatalf("certified for somebody who may be another: %v", err)
	}
	if err := d.applications.Identify(ctx, staff, sub(), a.ID, d.looked(t, staff, a.ID), uuid.New()); !errors.Is(err, application.ErrPersonMissing) {
		t.Errorf("said to be a record that was not found: %v", err)
	}
	d.identifies(t, staff, a.ID, known.ID)
	if err := d.certify(staff, a.ID); err != nil {
		t.Fatal(err)
	}
	again, err := d.enrollments.Result(ctx, staff, a.ID)
	if err != nil || again.Client.ID != known.ID || again.Client.HAP != known.HAP || d.owner(t, known.ID) != who.Account {
		t.Errorf("record %s with %s, want %s with %s; %v", again.Client.ID, again.Client.HAP, known.ID, known.HAP, err)
	}
	if n := count(t, d.db, "client"); n != 1 {
		t.Errorf("%d records of one person", n)
	}
}

func (d desk) looked(t *testing.T, staff authz.Actor, id uuid.UUID) uuid.UUID {
	t.Helper()
	found, err := d.applications.Look(context.Background(), staff, sub(), id)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestSentByNamesake: another person of the same name and birth date gets a
// record and a number of the own, and the account opens that one alone.
func TestSentByNamesake(t *testing.T) {
	t.Parallel()
	ctx, d := context.Background(), newDesk(t, dbtest.New(t))
	staff := clienttest.Staff(t, d.db)
	first := d.ready(t, staff, applicationtest.Complete(t, today))
	if err := d.certify(staff, first); err != nil {
		t.Fatal(err)
	}
	who := d.alone(t)
	a := d.sends(t, who, applicationtest.Complete(t, today))
	d.claims(t, staff, a)
	d.identifies(t, staff, a.ID, uuid.Nil)
	if err := d.certify(staff, a.ID); err != nil {
		t.Fatal(err)
	}
	old, err := d.enrollments.Result(ctx, staff, first)
	if err != nil {
		t.Fatal(err)
	}
	result, err := d.enrollments.Result(ctx, staff, a.ID)
	if err != nil || result.Client.ID == old.Client.ID || result.Client.HAP == old.Client.HAP {
		t.Fatalf("two people with one record, %v", err)
	}
	if d.owner(t, old.Client.ID) != uuid.Nil || d.owner(t, result.Client.ID) != who.Account {
		t.Error("the account opens the other's record")
	}
}

// TestRecordOfAnotherAccountStaysThere: a record has one account for good.
func TestRecordOfAnotherAccountStaysThere(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	staff, one, other := clienttest.Staff(t, d.db), d.alone(t), d.alone(t)
	a := d.sends(t, one, applicationtest.Complete(t, today))
	d.claims(t, staff, a)
	if err := d.certify(staff, a.ID); err != nil {
		t.Fatal(err)
	}
	result, err := d.enrollments.Result(context.Background(), staff, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Freeze(t, d.db, noon.AddDate(2, 0, 0))
	b := d.sends(t, other, applicationtest.Complete(t, civil.Of(noon.AddDate(2, 0, 0))))
	d.claims(t, staff, b)
	d.identifies(t, staff, b.ID, result.Client.ID)
	if err := d.certify(staff, b.ID); err != nil {
		t.Fatal(err)
	}
	if got := d.owner(t, result.Client.ID); got != one.Account {
		t.Errorf("the record went to %s", got)
	}
	err = d.db.InTx(context.Background(), staff, func(tx *postgres.Tx) error {
		linked, err := client.LinkAccountTx(context.Background(), tx, staff, result.Client.ID, other.Account)
		if linked {
			t.Error("linked without an application that is gone through")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTwoClinicsTakeAtOnce: one of them has it, the others find nothing.
func TestTwoClinicsTakeAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	a := d.sends(t, d.alone(t), applicationtest.Complete(t, today))
	actors, errs := make([]authz.Actor, 6), make([]error, 6)
	for i := range actors {
		actors[i] = clienttest.Staff(t, d.db)
	}
	var wg sync.WaitGroup
	for i := range actors {
		wg.Go(func() {
			_, errs[i] = d.applications.Claim(context.Background(), actors[i], sub(),
				application.Claim{Number: a.Number, BirthOn: a.Answers.BirthDate(), Mode: application.Video})
		})
	}
	wg.Wait()
	good := 0
	for i, err := range errs {
		switch {
		case err == nil:
			good++
			if got, err := d.applications.View(context.Background(), actors[i], a.ID); err != nil || got.SiteID != actors[i].Site {
				t.Errorf("taken by %s, kept for %s, %v", actors[i].Site, got.SiteID, err)
			}
		case !errors.Is(err, application.ErrNoneWaits):
			t.Errorf("clinic %d: %v", i, err)
		}
	}
	if good != 1 {
		t.Errorf("%d clinics have taken one application", good)
	}
}
