package accesscode_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

func memberships(mails []message.Message) []uuid.UUID {
	var ids []uuid.UUID
	for _, m := range mails {
		ids = append(ids, m.To.Membership)
	}
	return ids
}

// jobs are how many jobs wait that issue codes.
func (o *office) jobs() int {
	o.t.Helper()
	return o.count(`SELECT count(*) FROM river_job WHERE kind = 'issue-codes'`)
}

func TestSelectionIsIssuedOnceAndSaysWhoWasLeftOut(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(6)
	mails := o.mailing()
	form, chosen := sub(), memberships(mails)
	id, err := o.Choose(t.Context(), o.ofp, form, append(chosen, chosen[0], uuid.New()), nil)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := o.Choose(t.Context(), o.ofp, form, chosen, nil); err != nil || again != id {
		t.Errorf("the same form again = %v, %v; want %v", again, err, id)
	}
	if s, err := o.FindSelection(t.Context(), o.ofp, id); err != nil || s.Count != 6 || !s.Alone || !s.Own || len(s.First) != 6 || s.StartedAt != nil {
		t.Errorf("before = %+v, %v", s, err)
	}
	if err := o.RunSelection(t.Context(), id); err != nil || o.count(`SELECT count(*) FROM access_code`) != 6 {
		t.Errorf("a run before the start issued something (%v)", err)
	}
	for range 2 {
		if _, err := o.StartSelection(t.Context(), o.ofp, sub(), id, "mail server was down"); err != nil {
			t.Fatal(err)
		}
	}
	if n := o.jobs(); n != 1 {
		t.Errorf("%d jobs, want 1", n)
	}
	if _, err := o.redeem(mails[1], "quinn"); err != nil { // meanwhile
		t.Fatal(err)
	}
	o.count(`WITH x AS (UPDATE membership SET removed_at = created_at WHERE id = $1 RETURNING 1) SELECT count(*) FROM x`, chosen[2])
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := o.RunSelection(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s, err := o.FindSelection(t.Context(), o.ofp, id)
	if err != nil || s.Issued != 4 || s.Skipped != 2 || s.FinishedAt == nil || s.Note != "mail server was down" {
		t.Errorf("after = %+v, %v", s, err)
	}
	if s.First[0].Skipped == "" || s.First[1].Skipped == "" || s.First[2].Skipped != "" {
		t.Errorf("those left out do not stand first: %+v", s.First)
	}
	if n := o.count(`SELECT count(*) FROM access_code WHERE note = 'mail server was down' AND issued_by = $1`, o.ofp.Account); n != 4 {
		t.Errorf("%d codes with the reason, want 4", n)
	}
	if n := o.count(`SELECT count(*) FROM access_code WHERE used_at IS NULL AND superseded_at IS NULL`); n != 5 {
		t.Errorf("%d live codes, want 4 new ones and that of the removed", n)
	}
	list, err := o.Chosen(t.Context(), o.ofp, id)
	if err != nil || len(list) != 6 || list[0].Outcome() == "issued" || list[5].Outcome() != "issued" {
		t.Errorf("list = %+v, %v", list, err)
	}
}

// A run that is cut off goes on where it stopped, and doubles nothing.
func TestSelectionThatWasCutOffGoesOn(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(20)
	id, err := o.Choose(t.Context(), o.ofp, sub(), memberships(o.mailing()), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.StartSelection(t.Context(), o.ofp, sub(), id, "again"); err != nil {
		t.Fatal(err)
	}
	ctx, cut := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.RunSelection(ctx, id) }()
	for o.count(`SELECT count(code_id) FROM code_selection_member`) < 3 {
		continue
	}
	cut()
	<-done
	if err := o.RunSelection(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if codes, mails := o.count(`SELECT count(*) FROM access_code`), o.count(`SELECT count(*) FROM message`); codes != 40 || mails != 40 {
		t.Errorf("codes %d, mails %d; want 40, 40", codes, mails)
	}
}

// More than 20 need a second administrator from go-live on (security.md 16.7).
func TestManyNeedASecondAdministrator(t *testing.T) {
	t.Parallel()
	goLive := launch.Add(16 * time.Hour)
	tests := []struct {
		name string
		at   time.Time
		n    int
		jobs int
	}{
		{"20 after go-live", goLive, 20, 1},
		{"21 after go-live", goLive, 21, 0},
		{"21 a second before", goLive.Add(-time.Second), 21, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := open(t, dbtest.Tx(t), launch)
			o.enroll(tt.n)
			mails := o.mailing()
			dbtest.Freeze(t, o.db, tt.at)
			id, err := o.Choose(t.Context(), o.ofp, sub(), memberships(mails), nil)
			if err != nil {
				t.Fatal(err)
			}
			start := func() {
				if _, err := o.StartSelection(t.Context(), o.ofp, sub(), id, "lost mails"); err != nil {
					t.Fatal(err)
				}
			}
			start()
			start() // asks once
			if got := o.jobs(); got != tt.jobs {
				t.Fatalf("%d jobs, want %d", got, tt.jobs)
			}
			if tt.jobs == 1 {
				return
			}
			if n := o.count(`SELECT count(*) FROM approval WHERE count = 21`); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			o.secondAgrees()
			if s, err := o.FindSelection(t.Context(), o.ofp, id); err != nil || !s.Alone || s.Note != "lost mails" {
				t.Errorf("approved = %+v, %v", s, err)
			}
			if _, err := o.StartSelection(t.Context(), o.ofp, sub(), id, "something else"); err != nil || o.jobs() != 0 {
				t.Errorf("another reason was started on the approval (%v)", err)
			}
			start()
			if got := o.jobs(); got != 1 {
				t.Errorf("%d jobs after the approval, want 1", got)
			}
		})
	}
}

func TestWhoMayChooseAndStart(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(2)
	mails := o.mailing()
	if _, err := o.redeem(mails[0], "quinn"); err != nil {
		t.Fatal(err)
	}
	for name, chosen := range map[string][]uuid.UUID{"nobody": nil, "a stranger": {uuid.New()}, "somebody with an account": {mails[0].To.Membership}} {
		if _, err := o.Choose(t.Context(), o.ofp, sub(), chosen, nil); !errors.Is(err, accesscode.ErrNoneChosen) {
			t.Errorf("%s = %v, want ErrNoneChosen", name, err)
		}
	}
	id, err := o.Choose(t.Context(), o.ofp, sub(), nil, &accesscode.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := o.FindSelection(t.Context(), o.ofp, id); err != nil || s.Count != 1 {
		t.Errorf("all = %+v, %v; want the one without an account", s, err)
	}
	var other authz.Actor
	o.system(func(tx *postgres.Tx) error {
		id, err := account.CreateTx(t.Context(), tx, account.New{Kind: account.OFP, Username: "ofpother", Email: "other@office.example",
			FirstName: "O", LastName: "P", PasswordHash: "x"})
		other = authz.Actor{Role: authz.OFP, Account: id}
		return err
	})
	certifier := authz.Actor{Role: authz.Certifier, Account: uuid.New(), Site: uuid.New()}
	for name, err := range map[string]error{
		"another administrator starts": second(o.StartSelection(t.Context(), other, sub(), id, "mine")),
		"a certifier starts":           second(o.StartSelection(t.Context(), certifier, sub(), id, "mine")),
		"a certifier chooses":          second(o.Choose(t.Context(), certifier, sub(), nil, nil)),
		"a certifier looks":            second(o.FindSelection(t.Context(), certifier, id)),
		"no such selection":            second(o.FindSelection(t.Context(), o.ofp, uuid.New())),
	} {
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s = %v, want not found", name, err)
		}
	}
	if _, err := o.StartSelection(t.Context(), o.ofp, sub(), id, " "); !errors.Is(err, accesscode.ErrNoteMissing) {
		t.Errorf("without a reason = %v, want ErrNoteMissing", err)
	}
}
