package approval_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) {
	audit.Use(secret.NewTestRing())
	dbtest.Main(m)
}

var now = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)

func TestState(t *testing.T) {
	t.Parallel()
	yes, no, back := approval.Approve, approval.Refuse, approval.Withdraw
	tests := []struct {
		name  string
		after time.Duration
		a     approval.Approval
		want  approval.State
	}{
		{"just asked", 0, approval.Approval{}, approval.Waiting},
		{"last moment", time.Hour - 1, approval.Approval{}, approval.Waiting},
		{"at its end", time.Hour, approval.Approval{}, approval.Lapsed},
		{"approved", time.Hour - 1, approval.Approval{Decision: &yes}, approval.Approved},
		{"approved and not used", time.Hour, approval.Approval{Decision: &yes}, approval.Unused},
		{"used", 0, approval.Approval{Decision: &yes, SpentAt: &now}, approval.Done},
		{"used long ago", time.Hour, approval.Approval{Decision: &yes, SpentAt: &now}, approval.Done},
		{"refused", 2 * time.Hour, approval.Approval{Decision: &no}, approval.Refused},
		{"withdrawn", 2 * time.Hour, approval.Approval{Decision: &back}, approval.Withdrawn},
	}
	for _, tt := range tests {
		tt.a.EndsAt = now.Add(time.Hour)
		if got := tt.a.State(now.Add(tt.after)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestDecidable shows who may say what to a request (security.md 16.7).
func TestDecidable(t *testing.T) {
	t.Parallel()
	asker, other := uuid.New(), uuid.New()
	as := func(id uuid.UUID) authz.Actor { return authz.Actor{Role: authz.OFP, Account: id} }
	sealed := as(other)
	sealed.Origin.Sealed = true
	yes := approval.Approve
	tests := []struct {
		name     string
		askedBy  *uuid.UUID
		was      *approval.Decision
		actor    authz.Actor
		decision approval.Decision
		after    time.Duration
		want     error
	}{
		{"another approves", &asker, nil, as(other), approval.Approve, 0, nil},
		{"another refuses", &asker, nil, as(other), approval.Refuse, 0, nil},
		{"own approved", &asker, nil, as(asker), approval.Approve, 0, approval.ErrOwn},
		{"own refused", &asker, nil, as(asker), approval.Refuse, 0, approval.ErrOwn},
		{"own withdrawn", &asker, nil, as(asker), approval.Withdraw, 0, nil},
		{"another withdraws", &asker, nil, as(other), approval.Withdraw, 0, approval.ErrNotAsker},
		{"asked on the host", nil, nil, as(other), approval.Approve, 0, nil},
		{"asked on the host, withdrawn", nil, nil, as(other), approval.Withdraw, 0, approval.ErrNotAsker},
		{"through the break-glass account", &asker, nil, sealed, approval.Approve, 0, approval.ErrSealed},
		{"twice", &asker, &yes, as(other), approval.Refuse, 0, approval.ErrDecided},
		{"last moment", &asker, nil, as(other), approval.Approve, time.Hour - 1, nil},
		{"at its end", &asker, nil, as(other), approval.Approve, time.Hour, approval.ErrLapsed},
	}
	for _, tt := range tests {
		a := approval.Approval{AskedBy: tt.askedBy, Decision: tt.was, EndsAt: now.Add(time.Hour)}
		if err := a.Decidable(tt.actor, tt.decision, now.Add(tt.after)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestOfTellsPartsApart(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, parts := range [][]string{{"ab", "c"}, {"a", "bc"}, {"abc"}, {"c", "ab"}, {"ab", "c", ""}} {
		d := string(approval.Of(parts...))
		if seen[d] || d != string(approval.Of(parts...)) {
			t.Errorf("%q has a digest of something else", parts)
		}
		seen[d] = true
	}
}

// office is a database with administrators.
type office struct {
	t  *testing.T
	db *postgres.DB
}

func open(t *testing.T, db *postgres.DB) *office {
	t.Helper()
	dbtest.Freeze(t, db, now)
	return &office{t, db}
}

func (o *office) in(actor authz.Actor, fn func(tx *postgres.Tx) error) error {
	o.t.Helper()
	return o.db.InTx(o.t.Context(), actor, fn)
}

func (o *office) admin(name string) authz.Actor {
	o.t.Helper()
	var id uuid.UUID
	err := o.in(authz.SystemActor, func(tx *postgres.Tx) error {
		ctx := o.t.Context()
		email := name + uuid.NewString()[:8] + "@office.example"
		m, err := membership.OfficeTx(ctx, tx, authz.SystemActor, authz.OFP, membership.Invitee{FirstName: name, LastName: "Admin", Email: email})
		if err != nil {
			return err
		}
		id, err = account.CreateTx(ctx, tx, account.New{Kind: account.OFP, Username: name + uuid.NewString()[:8], Email: email,
			FirstName: name, LastName: "Admin", PasswordHash: "x"})
		if err != nil {
			return err
		}
		return membership.JoinTx(ctx, tx, m, id)
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return authz.Actor{Role: authz.OFP, Account: id}
}

func (o *office) ask(actor authz.Actor, digest []byte) uuid.UUID {
	o.t.Helper()
	var id uuid.UUID
	err := o.in(actor, func(tx *postgres.Tx) (err error) {
		id, err = approval.AskTx(o.t.Context(), tx, actor, approval.Ask{Kind: approval.IssueCodes, Digest: digest, Count: 40, Reason: " New clinics "})
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

func (o *office) decide(actor authz.Actor, id uuid.UUID, d approval.Decision) error {
	o.t.Helper()
	return o.in(actor, func(tx *postgres.Tx) error {
		_, err := approval.DecideTx(o.t.Context(), tx, actor, id, d)
		return err
	})
}

func (o *office) spend(actor authz.Actor, digest []byte) error {
	o.t.Helper()
	return o.in(actor, func(tx *postgres.Tx) error {
		return approval.SpendTx(o.t.Context(), tx, actor, approval.IssueCodes, digest)
	})
}

func TestApprovalHoldsForExactlyThatAndOnce(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t))
	ada, ben := o.admin("ada"), o.admin("ben")
	digest := approval.Of("site 1", "site 2")
	id := o.ask(ada, digest)
	if err := o.spend(ada, digest); !errors.Is(err, approval.ErrNotApproved) {
		t.Errorf("spent before it was approved: %v", err)
	}
	if err := o.decide(ben, id, approval.Approve); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]error{
		"something else": o.spend(ada, approval.Of("site 1", "site 3")),
		"somebody else":  o.spend(ben, digest),
	} {
		if !errors.Is(try, approval.ErrNotApproved) {
			t.Errorf("%s: %v, want %v", name, try, approval.ErrNotApproved)
		}
	}
	if err := o.spend(ada, digest); err != nil {
		t.Errorf("spend: %v", err)
	}
	if err := o.spend(ada, digest); !errors.Is(err, approval.ErrNotApproved) {
		t.Errorf("spent twice: %v", err)
	}
	if err := o.decide(ben, id, approval.Refuse); !errors.Is(err, approval.ErrDecided) {
		t.Errorf("refused afterwards: %v", err)
	}
}

func TestApprovalEnds(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t))
	ada, ben := o.admin("ada"), o.admin("ben")
	digest := approval.Of("x")
	if err := o.decide(ben, o.ask(ada, digest), approval.Approve); err != nil {
		t.Fatal(err)
	}
	dbtest.Freeze(t, o.db, now.Add(approval.Lifetime))
	if err := o.spend(ada, digest); !errors.Is(err, approval.ErrNotApproved) {
		t.Errorf("spent at its end: %v", err)
	}
	dbtest.Freeze(t, o.db, now.Add(approval.Lifetime-time.Microsecond))
	if err := o.spend(ada, digest); err != nil {
		t.Errorf("spent at the last moment: %v", err)
	}
}

func TestRequestOfSomebodyWhoIsGone(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t))
	ada, ben := o.admin("ada"), o.admin("ben")
	id := o.ask(ada, approval.Of("x"))
	exec := func(sql string, who authz.Actor) {
		if err := o.in(authz.SystemActor, func(tx *postgres.Tx) error {
			_, err := tx.Exec(context.Background(), sql, who.Account, tx.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	exec(`UPDATE account SET disabled_at = $2 WHERE id = $1`, ada)
	if err := o.decide(ben, id, approval.Approve); !errors.Is(err, approval.ErrAskerGone) {
		t.Errorf("approved for somebody disabled: %v", err)
	}
	exec(`UPDATE account SET disabled_at = NULL WHERE id = $1 AND $2::timestamptz IS NOT NULL`, ada)
	exec(`UPDATE account SET disabled_at = $2 WHERE id = $1`, ben)
	if err := o.decide(ben, id, approval.Approve); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("approved by somebody disabled: %v", err)
	}
}

// TestApproveAndWithdrawAtOnce lets both happen at the same moment, twenty
// times: one of them is told that the other came first.
func TestApproveAndWithdrawAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t))
	ada, ben := o.admin("ada"), o.admin("ben")
	for range 20 {
		id := o.ask(ada, approval.Of(uuid.NewString()))
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, try := range []struct {
			who authz.Actor
			d   approval.Decision
		}{{ben, approval.Approve}, {ada, approval.Withdraw}} {
			wg.Go(func() { errs[i] = o.decide(try.who, id, try.d) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || errs[0] != nil && !errors.Is(errs[0], approval.ErrDecided) ||
			errs[1] != nil && !errors.Is(errs[1], approval.ErrDecided) {
			t.Errorf("approve: %v, withdraw: %v, want exactly one", errs[0], errs[1])
		}
	}
}

func TestSpendAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t))
	ada, ben := o.admin("ada"), o.admin("ben")
	digest := approval.Of("x")
	if err := o.decide(ben, o.ask(ada, digest), approval.Approve); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { errs[i] = o.spend(ada, digest) })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else if !errors.Is(err, approval.ErrNotApproved) {
			t.Errorf("spend: %v", err)
		}
	}
	if done != 1 {
		t.Errorf("spent %d times, want once", done)
	}
}

// TestNeeded holds from go-live on, for more than twenty accounts (security.md
// 16.7, decisions 31).
func TestNeeded(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	for _, tt := range []struct {
		at    time.Time
		count int
		want  bool
	}{
		{time.Date(2025, 1, 13, 7, 59, 59, 0, time.UTC), 21, false}, // the evening before, Pacific
		{time.Date(2025, 1, 13, 8, 0, 0, 0, time.UTC), 21, true},
		{time.Date(2025, 1, 13, 8, 0, 0, 0, time.UTC), 20, false},
		{time.Date(2025, 1, 13, 8, 0, 0, 0, time.UTC), 2400, true},
	} {
		dbtest.Freeze(t, db, tt.at)
		err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
			got, err := approval.NeededTx(t.Context(), tx, tt.count)
			if got != tt.want {
				t.Errorf("%d accounts at %v: %v, want %v", tt.count, tt.at, got, tt.want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAskIsChecked(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t))
	ada := o.admin("ada")
	sealed := ada
	sealed.Origin.Sealed = true
	for _, tt := range []struct {
		name   string
		actor  authz.Actor
		reason string
		want   error
	}{
		{"no reason", ada, " \t", approval.ErrReasonMissing},
		{"too long", ada, strings.Repeat("ñ", approval.MaxReason+1), approval.ErrReasonLong},
		{"as long as may be", ada, strings.Repeat("ñ", approval.MaxReason), nil},
		{"a certifier", authz.Actor{Role: authz.Certifier, Account: ada.Account}, "x", fault.ErrNotFound},
		{"a representative", authz.Actor{Role: authz.Desk, Account: ada.Account}, "x", fault.ErrNotFound},
		{"through the break-glass account", sealed, "x", approval.ErrSealed},
	} {
		err := o.in(tt.actor, func(tx *postgres.Tx) error {
			_, err := approval.AskTx(t.Context(), tx, tt.actor, approval.Ask{Kind: approval.IssueCodes, Digest: []byte("x"), Count: 1, Reason: tt.reason})
			return err
		})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestStand(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t))
	ada, ben := o.admin("ada"), o.admin("ben")
	digest := approval.Of("x")
	stand := func(who authz.Actor) (a approval.Approval, err error) {
		err = o.in(who, func(tx *postgres.Tx) error {
			a, err = approval.StandTx(t.Context(), tx, who, approval.IssueCodes, digest)
			return err
		})
		return a, err
	}
	if _, err := stand(ada); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("before asking: %v", err)
	}
	first := o.ask(ada, digest)
	if err := o.decide(ben, first, approval.Refuse); err != nil {
		t.Fatal(err)
	}
	dbtest.Freeze(t, o.db, now.Add(time.Minute))
	second := o.ask(ada, digest)
	if a, err := stand(ada); err != nil || a.ID != second || a.Reason != "New clinics" || a.State(now) != approval.Waiting {
		t.Errorf("stands as %+v, %v", a, err)
	}
	if _, err := stand(ben); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody else's request: %v", err)
	}
}
