package enrollment_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

func eligibilityCode(s string) eligibility.DeactivationCode { return eligibility.DeactivationCode(s) }

// mailed answers that e-mail is safe, so that messages are seen.
func mailed() applicationtest.Change {
	return applicationtest.Answer(question.ContactWays, "contact-email", "rosa@mail.example", "contact-email-safe", "Y")
}

// enrolled certifies somebody and returns the client.
func (d desk) enrolled(t *testing.T, actor authz.Actor, changes ...applicationtest.Change) uuid.UUID {
	t.Helper()
	id := d.ready(t, actor, applicationtest.Complete(t, today, changes...))
	if err := d.certify(actor, id); err != nil {
		t.Fatal(err)
	}
	return d.result(t, actor, id).Client.ID
}

func (d desk) standing(t *testing.T, actor authz.Actor, id uuid.UUID) enrollment.Standing {
	t.Helper()
	s, err := d.enrollments.Standing(context.Background(), actor, id, "record")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (d desk) reaffirm(t *testing.T, actor authz.Actor, id uuid.UUID) error {
	t.Helper()
	_, last, err := d.enrollments.Consider(context.Background(), actor, id, "reaffirm")
	if err != nil {
		t.Fatal(err)
	}
	seen := uuid.Nil
	if last != nil {
		seen = last.ID
	}
	_, err = d.enrollments.Reaffirm(context.Background(), actor, sub(), id, enrollment.Reaffirmation{Seen: seen, Agreed: true})
	return err
}

func (d desk) discontinue(actor authz.Actor, id uuid.UUID, in enrollment.Discontinuation) error {
	_, err := d.enrollments.Discontinue(context.Background(), actor, sub(), id, in)
	return err
}

func (d desk) undo(actor authz.Actor, id uuid.UUID) error {
	_, err := d.enrollments.Undo(context.Background(), actor, sub(), id)
	return err
}

// change begins a change, edits it, signs it when that is needed, and returns
// its review.
func (d desk) change(t *testing.T, actor authz.Actor, id uuid.UUID, edits ...applicationtest.Change) (enrollment.ChangeReview, error) {
	t.Helper()
	ctx := context.Background()
	begun, err := d.enrollments.StartChange(ctx, actor, sub(), id, application.Choice{
		Mode: application.InPerson, Sections: []question.Section{question.HouseholdSection},
	})
	if err != nil {
		return enrollment.ChangeReview{}, err
	}
	app, err := d.applications.View(ctx, actor, begun)
	if err != nil {
		t.Fatal(err)
	}
	answers := app.Answers
	for _, edit := range edits {
		answers = edit(answers)
	}
	if err := d.applications.Save(ctx, actor, sub(), begun, app.Version, answers); err != nil {
		t.Fatal(err)
	}
	review, err := d.enrollments.ReviewChange(ctx, actor, id, begun)
	if err != nil || !review.Decides {
		return review, err
	}
	if err := d.applications.Sign(ctx, actor, sub(), begun, application.SignForm{
		Kind: application.Electronic, Version: review.Application.Version, Language: locale.English, Agreed: true,
		Signing: application.Signing{Name: "Signed Here"},
	}); err != nil {
		t.Fatal(err)
	}
	return d.enrollments.ReviewChange(ctx, actor, id, begun)
}

func (d desk) record(actor authz.Actor, r enrollment.ChangeReview) error {
	_, err := d.enrollments.ReportChange(context.Background(), actor, sub(), r.Standing.Client.ID, r.Application.ID, enrollment.ChangeForm{
		Version: r.Application.Version, Outcome: r.Outcome(), Agreed: true,
	})
	return err
}

// notes returns what the notes on the record say, the newest first.
func (d desk) notes(t *testing.T, actor authz.Actor, id uuid.UUID) []string {
	t.Helper()
	page, err := casenote.New(d.db, ring).List(context.Background(), actor, id)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, n := range page.Notes {
		out = append(out, n.Words().In(context.Background()))
	}
	return out
}

func (d desk) trail(t *testing.T, id uuid.UUID, action string) (entries []audit.Entry) {
	t.Helper()
	err := d.db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		all, err := audit.About(context.Background(), tx, client.Subject(id))
		entries = slices.DeleteFunc(all, func(e audit.Entry) bool { return e.Action != action })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestReaffirm(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.enrolled(t, actor, mailed())
	if _, err := d.enrollments.Reaffirm(ctx, actor, sub(), id, enrollment.Reaffirmation{}); !errors.Is(err, enrollment.ErrNotAttested) {
		t.Errorf("without the box: %v", err)
	}
	before := d.standing(t, actor, id).Client.Period
	dbtest.Freeze(t, d.db, noon.AddDate(0, 0, 40))
	if err := d.reaffirm(t, actor, id); err != nil {
		t.Fatal(err)
	}
	s := d.standing(t, actor, id)
	if s.Client.Period != before || !s.ReaffirmedHere || s.ReaffirmedOn != today.AddDays(40) {
		t.Errorf("standing after reaffirming is %+v", s)
	}
	if err := d.reaffirm(t, actor, id); err != nil {
		t.Errorf("a second time on the same day: %v", err)
	}
	if notes := d.notes(t, actor, id); len(notes) != 3 || !strings.HasPrefix(notes[0], "Eligibility reaffirmed") {
		t.Errorf("notes are %q", notes)
	}
	if n := len(d.trail(t, id, "enrollment.reaffirm")); n != 2 {
		t.Errorf("%d audit entries, want 2", n)
	}
	if n := count(t, d.db, "message"); n != 1 {
		t.Errorf("%d messages; reaffirming sends none, the enrollment one", n)
	}
	dbtest.Freeze(t, d.db, noon.AddDate(0, 0, 365))
	if err := d.reaffirm(t, actor, id); !errors.Is(err, enrollment.ErrNotActive) {
		t.Errorf("after the period: %v", err)
	}
}

func TestDiscontinueAndUndo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.enrolled(t, actor, mailed())
	in := enrollment.Discontinuation{Cause: enrollment.Pregnant, VisitOn: today, Note: "Found at the visit."}
	if err := d.discontinue(actor, id, in); err != nil {
		t.Fatal(err)
	}
	s := d.standing(t, actor, id)
	if s.Client.Status() != client.Active || s.Client.DiscontinuedOn != today.AddDays(1) || s.Code != "05" {
		t.Errorf("on the day of the visit: %s, ended %s, code %s", s.Client.Status(), s.Client.DiscontinuedOn, s.Code)
	}
	if err := d.discontinue(actor, id, in); !errors.Is(err, enrollment.ErrEndsAlready) {
		t.Errorf("a second end: %v", err)
	}
	if notes := d.notes(t, actor, id); !strings.Contains(notes[0], "code 05") || !strings.Contains(notes[0], "January 21, 2025") || !strings.HasSuffix(notes[0], "Note: Found at the visit.") {
		t.Errorf("note is %q", notes[0])
	}
	if n := count(t, d.db, "message"); n != 2 {
		t.Errorf("%d messages, want one for the enrollment and one for its end", n)
	}
	if err := d.undo(actor, id); err != nil {
		t.Fatal(err)
	}
	if s := d.standing(t, actor, id); s.Client.Period != (client.Period{StartsOn: today, EndsOn: today.AddDays(364)}) || s.Code != "" {
		t.Errorf("after undoing: %+v", s.Client.Period)
	}
	if err := d.undo(actor, id); !errors.Is(err, enrollment.ErrNoUndo) {
		t.Errorf("undoing twice: %v", err)
	}
	if err := d.discontinue(actor, id, in); err != nil {
		t.Errorf("discontinuing after undoing: %v", err)
	}
	dbtest.Freeze(t, d.db, noon.AddDate(0, 0, 1))
	if s := d.standing(t, actor, id); s.Client.Status() != client.Deactivated {
		t.Errorf("on the next day: %s", s.Client.Status())
	}
	if err := d.undo(actor, id); !errors.Is(err, enrollment.ErrNoUndo) {
		t.Errorf("undoing on the next day: %v", err)
	}
	if err := d.discontinue(actor, id, in); !errors.Is(err, enrollment.ErrNotActive) {
		t.Errorf("discontinuing who is inactive: %v", err)
	}
	if n := len(d.trail(t, id, "enrollment.undo")); n != 1 {
		t.Errorf("%d entries of undoing, want 1", n)
	}
}

func TestOnlyTheSiteItselfUndoes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor, other := clienttest.Staff(t, d.db), clienttest.Staff(t, d.db)
	id := d.enrolled(t, actor)
	if err := d.undo(other, id); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("another site, record not opened: %v", err)
	}
	err := d.db.InTx(context.Background(), other, func(tx *postgres.Tx) error {
		return client.OpenTx(context.Background(), tx, ring, other, id, client.ForVisit, "")
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.discontinue(other, id, enrollment.Discontinuation{Cause: enrollment.Moved, On: today}); err != nil {
		t.Fatalf("another site that has opened the record: %v", err)
	}
	if s := d.standing(t, actor, id); s.Client.SiteID != actor.Site {
		t.Error("the client has moved to the other site")
	}
	if err := d.undo(actor, id); !errors.Is(err, enrollment.ErrNoUndo) {
		t.Errorf("the site that did not discontinue: %v", err)
	}
	if err := d.undo(other, id); err != nil {
		t.Errorf("the site that did: %v", err)
	}
}

// Roles without the permission and sites without the record get 404
// (security.md 8.2).
func TestActsOfOthersAreNotFound(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.enrolled(t, actor)
	stranger := clienttest.Staff(t, d.db)
	acts := map[string]func(a authz.Actor) error{
		"reaffirm": func(a authz.Actor) error {
			_, err := d.enrollments.Reaffirm(ctx, a, sub(), id, enrollment.Reaffirmation{Agreed: true})
			return err
		},
		"discontinue": func(a authz.Actor) error {
			return d.discontinue(a, id, enrollment.Discontinuation{Cause: enrollment.Moved, On: today})
		},
		"undo": func(a authz.Actor) error { return d.undo(a, id) },
		"change": func(a authz.Actor) error {
			_, err := d.enrollments.StartChange(ctx, a, sub(), id, application.Choice{Mode: application.Video, Sections: question.Sections})
			return err
		},
		"look": func(a authz.Actor) error { _, err := d.enrollments.Standing(ctx, a, id, "record"); return err },
	}
	for name, act := range acts {
		for _, a := range []authz.Actor{stranger, {Role: authz.Client, Account: uuid.New()}, {Role: authz.Desk, Account: uuid.New()}, {}} {
			if err := act(a); !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("%s as %q: %v, want not found", name, a.Role, err)
			}
		}
	}
	super := dbtest.Superuser(t, d.db)
	if _, err := super.Exec(ctx, `UPDATE site SET status = 'suspended' WHERE id = $1`, actor.Site); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"reaffirm", "discontinue", "undo", "change"} {
		if err := acts[name](actor); err == nil || errors.Is(err, fault.ErrNotFound) || errors.Is(err, enrollment.ErrNoUndo) {
			t.Errorf("%s at a site that is suspended: %v", name, err)
		}
	}
}

func TestChangeThatKeepsTheClient(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.enrolled(t, actor, mailed())
	before := d.standing(t, actor, id).Client.Period
	dbtest.Freeze(t, d.db, noon.AddDate(0, 2, 0))
	review, err := d.change(t, actor, id, applicationtest.Earning("2300", "2300.00"))
	if err != nil || !review.Decides || !review.Signed || review.Decision.Outcome != eligibility.Eligible {
		t.Fatalf("review is %+v, %v", review.Decision, err)
	}
	if n := count(t, d.db, "determination"); n != 1 {
		t.Errorf("the review stored a determination: %d", n)
	}
	if err := d.record(actor, review); err != nil {
		t.Fatal(err)
	}
	s, last, err := d.enrollments.Consider(context.Background(), actor, id, "reaffirm")
	if err != nil || s.Client.Period != before || last.ID != review.Application.ID {
		t.Errorf("period %+v, in force %v, %v", s.Client.Period, last, err)
	}
	if total, _ := last.Answers.Monthly(); total != 230000 {
		t.Errorf("the income in force is %d", total)
	}
	if notes := d.notes(t, actor, id); !strings.Contains(notes[0], question.HouseholdSection.Label().In(context.Background())) || strings.Contains(notes[0], "2300") {
		t.Errorf("note is %q", notes[0])
	}
	entries := d.trail(t, id, "enrollment.change")
	if len(entries) != 1 || !slices.Equal(entries[0].Fields, []string{"household"}) {
		t.Errorf("audit entries are %+v", entries)
	}
	if n := count(t, d.db, "message"); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
	if err := d.record(actor, review); !errors.Is(err, application.ErrDecided) {
		t.Errorf("recording again: %v", err)
	}
}

// B3 of domain/portal.md 33: a change that breaks the income limit.
func TestChangeThatEndsTheEnrollment(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit applicationtest.Change
		code string
		on   civil.Date
	}{
		{"income one cent over", applicationtest.Earning("2510.01", "2510.01"), "02", today.AddDays(30)},
		{"pregnant", applicationtest.Answer(question.Pregnant, "pregnant", "CONFIRMED"), "05", today.AddDays(31)},
		{"no resident", applicationtest.Answer(question.Resident, "resident", "N"), "01", today.AddDays(30)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, dbtest.New(t))
			actor := clienttest.Staff(t, d.db)
			id := d.enrolled(t, actor)
			dbtest.Freeze(t, d.db, noon.AddDate(0, 0, 30))
			review, err := d.change(t, actor, id, tt.edit)
			if err != nil || review.Outcome() != tt.code+" "+tt.on.String() {
				t.Fatalf("outcome %q, %v", review.Outcome(), err)
			}
			other := review
			other.Decision.Outcome = eligibility.Eligible
			if err := d.record(actor, other); !errors.Is(err, enrollment.ErrOtherOutcome) {
				t.Errorf("recording another outcome than the one that comes of it: %v", err)
			}
			if err := d.record(actor, review); err != nil {
				t.Fatal(err)
			}
			s := d.standing(t, actor, id)
			if string(s.Code) != tt.code || s.Client.DiscontinuedOn != tt.on {
				t.Errorf("ended on %s with %s", s.Client.DiscontinuedOn, s.Code)
			}
			if err := d.undo(actor, id); !errors.Is(err, enrollment.ErrNoUndo) {
				t.Errorf("undoing what a signed form has ended: %v", err)
			}
			result, err := d.enrollments.ChangeResult(context.Background(), actor, id, review.Application.ID)
			if err != nil || result.Decided == nil || result.Decided.Eligible || len(result.Changed) == 0 {
				t.Errorf("result is %+v, %v", result, err)
			}
		})
	}
}

// A change of the limit itself: the table of the day decides, and one dollar
// over is not eligible (B6).
func TestChangeUsesTheTableOfTheDay(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.enrolled(t, actor)
	for _, tt := range []struct {
		at   time.Time
		want eligibility.Outcome
	}{
		{time.Date(2025, 4, 1, 6, 59, 59, 0, time.UTC), eligibility.Ineligible}, // 31 March in California
		{time.Date(2025, 4, 1, 7, 0, 0, 0, time.UTC), eligibility.Eligible},
	} {
		dbtest.Freeze(t, d.db, tt.at)
		review, err := d.change(t, actor, id, applicationtest.Earning("2600", "2600.00"))
		if err != nil || review.Decision.Outcome != tt.want {
			t.Errorf("at %s: %s, %v; want %s", tt.at, review.Decision.Outcome, err, tt.want)
		}
	}
}

func TestChangeOfContactNeedsNoSignature(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.enrolled(t, actor)
	review, err := d.change(t, actor, id, mailed())
	if err != nil || review.Decides || review.Outcome() != "kept" {
		t.Fatalf("review is %+v, %v", review, err)
	}
	if err := d.record(actor, review); err != nil {
		t.Fatal(err)
	}
	if s := d.standing(t, actor, id); s.Client.Contact.Email != "rosa@mail.example" {
		t.Errorf("contact is %+v", s.Client.Contact)
	}
	if n := count(t, d.db, "determination"); n != 1 {
		t.Errorf("%d determinations, want the first alone", n)
	}
	if n := count(t, d.db, "message"); n != 1 {
		t.Errorf("%d messages: the way that is safe now is used", n)
	}
}

func TestChangeIsRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.enrolled(t, actor)
	if _, err := d.enrollments.StartChange(ctx, actor, sub(), id, application.Choice{Mode: "x"}); fields(err) != "sections mode" {
		t.Errorf("nothing chosen: %v", err)
	}
	review, err := d.change(t, actor, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.record(actor, review); !errors.Is(err, enrollment.ErrNothingChanged) {
		t.Errorf("nothing changed: %v", err)
	}
	begun, err := d.enrollments.StartChange(ctx, actor, sub(), id, application.Choice{Mode: application.InPerson, Sections: []question.Section{question.NeedSection}})
	if err != nil || begun != review.Application.ID {
		t.Errorf("a second change is begun beside the first: %v", err)
	}
	if err := d.applications.Save(ctx, actor, sub(), begun, review.Application.Version, applicationtest.Earning("900", "900.00")(review.Application.Answers)); err != nil {
		t.Fatal(err)
	}
	if err := d.record(actor, review); !errors.Is(err, application.ErrChanged) {
		t.Errorf("saved since the review: %v", err)
	}
	if review, err = d.enrollments.ReviewChange(ctx, actor, id, begun); err != nil {
		t.Fatal(err)
	}
	if err := d.record(actor, review); !errors.Is(err, enrollment.ErrUnsigned) {
		t.Errorf("not signed: %v", err)
	}
	if _, err := d.enrollments.Certify(ctx, actor, sub(), begun, enrollment.Certification{Version: review.Application.Version, Agreed: true}); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("certifying a change: %v", err)
	}
	if err := d.discontinue(actor, id, enrollment.Discontinuation{Cause: enrollment.Moved, On: today}); err != nil {
		t.Fatal(err)
	}
	if err := d.record(actor, review); !errors.Is(err, enrollment.ErrNotActive) {
		t.Errorf("discontinued meanwhile: %v", err)
	}
	if _, err := d.enrollments.DropChange(ctx, actor, sub(), id, begun); err != nil {
		t.Errorf("dropping it: %v", err)
	}
	if s := d.standing(t, actor, id); s.Change != uuid.Nil {
		t.Error("the change is still there")
	}
}

func TestTwoSitesReportAChange(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor, other := clienttest.Staff(t, d.db), clienttest.Staff(t, d.db)
	id := d.enrolled(t, actor)
	err := d.db.InTx(context.Background(), other, func(tx *postgres.Tx) error {
		return client.OpenTx(context.Background(), tx, ring, other, id, client.ForVisit, "")
	})
	if err != nil {
		t.Fatal(err)
	}
	first, err := d.change(t, actor, id, applicationtest.Earning("1500", "1500.00"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := d.change(t, other, id, applicationtest.Earning("1600", "1600.00"))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 2)
	wg.Go(func() { errs[0] = d.record(actor, first) })
	wg.Go(func() { errs[1] = d.record(other, second) })
	wg.Wait()
	good := 0
	for _, err := range errs {
		switch {
		case err == nil:
			good++
		case !errors.Is(err, enrollment.ErrOvertaken):
			t.Errorf("one of two: %v", err)
		}
	}
	if good != 1 {
		t.Errorf("%d changes were recorded, want 1: %v", good, errs)
	}
}

func TestTwentyDiscontinueAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.enrolled(t, actor, mailed())
	var wg sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		cause := enrollment.Causes[i%2] // 01 and 02
		wg.Go(func() { errs[i] = d.discontinue(actor, id, enrollment.Discontinuation{Cause: cause, On: today}) })
	}
	wg.Wait()
	good := 0
	for _, err := range errs {
		switch {
		case err == nil:
			good++
		case !errors.Is(err, enrollment.ErrNotActive):
			t.Errorf("one of twenty: %v", err)
		}
	}
	if good != 1 || count(t, d.db, "act") != 1 || count(t, d.db, "message") != 2 {
		t.Errorf("%d discontinued, %d acts, %d messages", good, count(t, d.db, "act"), count(t, d.db, "message"))
	}
}

// Reaffirming races discontinuing: whoever comes second sees what the first
// has done, so nobody is reaffirmed who was ended before.
func TestReaffirmRacesDiscontinue(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	ids := []uuid.UUID{
		d.enrolled(t, actor), d.enrolled(t, actor, applicationtest.Named("Marta", "Villanueva")),
		d.enrolled(t, actor, applicationtest.Named("Lena", "Okafor")), d.enrolled(t, actor, applicationtest.Named("Inez", "Barros")),
	}
	for _, id := range ids {
		_, last, err := d.enrollments.Consider(context.Background(), actor, id, "reaffirm")
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var reaffirmed, ended error
		wg.Go(func() {
			_, reaffirmed = d.enrollments.Reaffirm(context.Background(), actor, sub(), id, enrollment.Reaffirmation{Seen: last.ID, Agreed: true})
		})
		wg.Go(func() {
			ended = d.discontinue(actor, id, enrollment.Discontinuation{Cause: enrollment.Moved, On: today})
		})
		wg.Wait()
		if ended != nil || reaffirmed != nil && !errors.Is(reaffirmed, enrollment.ErrNotActive) {
			t.Errorf("discontinue %v, reaffirm %v", ended, reaffirmed)
		}
		if s := d.standing(t, actor, id); (reaffirmed == nil) != s.ReaffirmedHere || s.Client.Status() != client.Deactivated {
			t.Errorf("reaffirm %v, standing %+v", reaffirmed, s)
		}
	}
}

func TestActSentTwiceIsOne(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.enrolled(t, actor)
	_, last, err := d.enrollments.Consider(ctx, actor, id, "reaffirm")
	if err != nil {
		t.Fatal(err)
	}
	one := sub()
	for range 3 {
		if got, err := d.enrollments.Reaffirm(ctx, actor, one, id, enrollment.Reaffirmation{Seen: last.ID, Agreed: true}); got != id || err != nil {
			t.Errorf("a repeat: %v", err)
		}
	}
	if n := count(t, d.db, "act"); n != 1 {
		t.Errorf("%d acts, want 1", n)
	}
	if _, err := d.enrollments.Reaffirm(ctx, actor, sub(), id, enrollment.Reaffirmation{Seen: uuid.New(), Agreed: true}); !errors.Is(err, enrollment.ErrOvertaken) {
		t.Errorf("reviewed other answers than those in force: %v", err)
	}
}

func TestFailedNoteTakesTheEndBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.enrolled(t, actor)
	super := dbtest.Superuser(t, d.db)
	if _, err := super.Exec(context.Background(), `REVOKE INSERT ON case_note FROM portal_app`); err != nil {
		t.Fatal(err)
	}
	if err := d.discontinue(actor, id, enrollment.Discontinuation{Cause: enrollment.Moved, On: today}); err == nil {
		t.Fatal("discontinued although the note could not be written")
	}
	if s := d.standing(t, actor, id); s.Client.Status() != client.Active || count(t, d.db, "act") != 0 {
		t.Errorf("something was left: %+v", s)
	}
}

// What was done is kept for good.
func TestActsOnlyGrow(t *testing.T) {
	t.Parallel()
	for _, sql := range []string{`UPDATE act SET kind = 'undo'`, `DELETE FROM act`} {
		err := dbtest.Tx(t).InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
			_, err := tx.Exec(context.Background(), sql)
			return err
		})
		if err == nil {
			t.Errorf("%s was allowed", sql)
		}
	}
}
