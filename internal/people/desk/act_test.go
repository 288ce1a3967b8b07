package desk_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

func (w *world) signIn(name, typed string) error {
	w.t.Helper()
	_, _, err := w.accounts.SignIn(w.t.Context(), authz.Actor{Role: authz.Nobody}, account.Attempt{Name: name, Password: typed})
	return err
}

// audited reads the actions about an account, the oldest first.
func (w *world) audited(id uuid.UUID) []audit.Entry {
	w.t.Helper()
	entries, err := audit.About(w.t.Context(), w.db, "account:"+id.String())
	if err != nil {
		w.t.Fatal(err)
	}
	return entries
}

func (w *world) recorded(id uuid.UUID, action, reason string, outcome audit.Outcome) bool {
	w.t.Helper()
	for _, e := range w.audited(id) {
		if e.Action == action && e.Reason == reason && e.Outcome == outcome && e.AccountID != nil && *e.AccountID == w.rep && e.Role == "desk" {
			return true
		}
	}
	return false
}

// Unblocking lifts only the block, is audited and mailed to the owner
// (security.md 4.6, 4.8).
func TestUnblockLiftsTheBlockAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.block(w.staff)
	w.rest(w.staff)
	w.checked(w.me(), w.staff)
	if _, err := w.do(w.me(), desk.Unblock, w.staff); err != nil {
		t.Fatal(err)
	}
	if got, want := w.state(w.staff), (state{Inactive: true}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if m := accounttest.Last(t, w.db, ring, "account.unblocked", w.staff); m.Values["Name"] != "Tess STAFFA" || m.Values["Time"] == "" {
		t.Errorf("mail %+v", m.Values)
	}
	if !w.recorded(w.staff, "account.unblock", string(firstReason(desk.Unblock)), audit.OutcomeOK) {
		t.Errorf("no entry: %+v", w.audited(w.staff))
	}
	w.want("signing in to a disabled account", w.signIn(w.username("staffa"), password), account.ErrInactive)
}

// Enabling lifts only inactivity, whether a job has marked it or not
// (security.md 4.5, 4.6).
func TestEnableLiftsInactivityAlone(t *testing.T) {
	t.Parallel()
	for name, marked := range map[string]bool{"marked": true, "not marked yet": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.Tx(t))
			day := 24 * time.Hour
			w.at(60*day - time.Second)
			w.checked(w.me(), w.staff)
			_, err := w.do(w.me(), desk.Enable, w.staff)
			w.want("a second before", err, desk.ErrNotInactive)
			w.at(61 * day)
			w.block(w.staff)
			if marked {
				w.rest(w.staff)
			}
			w.checked(w.me(), w.staff)
			if _, err := w.do(w.me(), desk.Enable, w.staff); err != nil {
				t.Fatal(err)
			}
			if got, want := w.state(w.staff), (state{Blocked: true}); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
			accounttest.Last(t, w.db, ring, "account.enabled", w.staff)
			w.want("signing in to a blocked account", w.signIn(w.username("staffa"), password), account.ErrBlocked)
			if _, err := w.do(w.me(), desk.Unblock, w.staff); err != nil {
				t.Fatal(err)
			}
			w.want("signing in to an open account", w.signIn(w.username("staffa"), password), nil)
			w.at(121*day - time.Second)
			w.want("59 days after enabling", w.signIn(w.username("staffa"), password), nil)
			w.at(121 * day)
			w.want("60 days after enabling", w.signIn(w.username("staffa"), password), account.ErrInactive)
		})
	}
}

// A reset from the desk is a code in the owner's mailbox: nobody here sees it,
// it lifts no block and no disablement (security.md 3.10, 3.11), and the
// password of now opens nothing any more (1.4).
func TestResetLiftsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.block(w.staff)
	w.rest(w.staff)
	w.checked(w.me(), w.staff)
	if _, err := w.do(w.me(), desk.Reset, w.staff); err != nil {
		t.Fatal(err)
	}
	want := state{Blocked: true, Inactive: true}
	if got := w.state(w.staff); got != want {
		t.Errorf("%+v after the mail, want %+v", got, want)
	}
	if n := w.count(`password_reset WHERE account_id = $1 AND started_by = 'desk' AND used_at IS NULL AND superseded_at IS NULL`, w.staff); n != 1 {
		t.Errorf("%d codes, want 1", n)
	}
	code := accounttest.Last(t, w.db, ring, "account.reset-code", w.staff).Values["Code"]
	if err := w.accounts.Reset(t.Context(), authz.Actor{Role: authz.Nobody}, code, replacement); err != nil {
		t.Fatal(err)
	}
	if got := w.state(w.staff); got != want {
		t.Errorf("%+v after the new password, want %+v", got, want)
	}
	w.want("the new password of a blocked account", w.signIn(w.username("staffa"), replacement), account.ErrBlocked)
	if !w.recorded(w.staff, "account.start-reset", string(firstReason(desk.Reset)), audit.OutcomeOK) {
		t.Errorf("no entry: %+v", w.audited(w.staff))
	}
}

func TestResetEndsTheOldPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.checked(w.me(), w.staff)
	if _, err := w.do(w.me(), desk.Reset, w.staff); err != nil {
		t.Fatal(err)
	}
	w.want("the password of before", w.signIn(w.username("staffa"), password), account.ErrMustChange)
}

// A client's mail goes to the sealed address, in neutral words, and nothing of
// it is read by the desk (security.md 14.1, 14.2).
func TestClientsGetTheirMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.block(w.client)
	w.checked(w.me(), w.client)
	for _, act := range []desk.Act{desk.Unblock, desk.Reset} {
		if _, err := w.do(w.me(), act, w.client); err != nil {
			t.Fatalf("%s: %v", act, err)
		}
	}
	for _, key := range []string{"account.unblocked", "account.reset-code"} {
		m := accounttest.Last(t, w.db, ring, key, w.client)
		if m.Values["Name"] != "" || m.Values["Language"] != "es" {
			t.Errorf("%s: values %+v, want no name and the client's language", key, m.Values)
		}
		if n := w.count(`message WHERE id = $1 AND email IS NULL AND email_sealed IS NOT NULL AND language IS NULL`, m.ID); n != 1 {
			t.Errorf("%s is not sealed", key)
		}
	}
	bare := w.newClient("no.mail", "")
	w.checked(w.me(), bare)
	_, err := w.do(w.me(), desk.Reset, bare)
	w.want("a client without an address", err, account.ErrNoMail)
	w.block(bare)
	if _, err := w.do(w.me(), desk.Unblock, bare); err != nil || w.state(bare).Blocked {
		t.Errorf("a client without an address stays blocked: %v", err)
	}
}

// What an administrator has done, and an account that is gone, are nothing for
// the desk (security.md 4.6).
func TestNothingElseIsLifted(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, sql string
		after     state
	}{
		{"disabled by OFP", `UPDATE account SET disabled_at = portal_now(), disabled_reason = 'x' WHERE id = $1`, state{Disabled: true, Blocked: true, Inactive: true}},
		{"removed", `UPDATE account SET removed_at = portal_now() WHERE id = $1`, state{Removed: true, Blocked: true, Inactive: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.Tx(t))
			w.block(w.staff)
			w.rest(w.staff)
			w.checked(w.me(), w.staff)
			w.exec(tt.sql, w.staff)
			for _, act := range desk.Acts {
				_, err := w.do(w.me(), act, w.staff)
				w.want(string(act), err, desk.ErrOffice)
				if !w.recorded(w.staff, map[desk.Act]string{
					desk.Unblock: "account.unblock", desk.Reset: "account.start-reset", desk.Enable: "account.enable",
				}[act], "", audit.OutcomeDenied) {
					t.Errorf("the refused %s is not recorded", act)
				}
			}
			if got := w.state(w.staff); got != tt.after {
				t.Errorf("%+v, want %+v", got, tt.after)
			}
			if n := w.count(`message WHERE account_id = $1`, w.staff); n != 0 {
				t.Errorf("%d mails", n)
			}
		})
	}
}

// A reason of the list and a caller who was checked by this representative, in
// this call, about this account (security.md 4.8).
func TestEveryActNeedsAReasonAndACheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.block(w.staff)
	w.block(w.certifier)
	ctx := t.Context()
	_, err := w.do(w.me(), desk.Unblock, w.staff)
	w.want("without a check", err, desk.ErrUnchecked)
	w.checked(w.second(), w.staff)
	_, err = w.do(w.me(), desk.Unblock, w.staff)
	w.want("checked by somebody else", err, desk.ErrUnchecked)
	w.checked(w.me(), w.certifier)
	_, err = w.do(w.me(), desk.Unblock, w.staff)
	w.want("checked about another account", err, desk.ErrUnchecked)
	w.checked(w.me(), w.staff)
	for _, reason := range []desk.Reason{"", "because", desk.ForgotPassword} {
		_, err := w.Unblock(ctx, w.me(), sub(), w.staff, reason)
		if f, ok := fault.Of(err); !ok || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "reason" {
			t.Errorf("reason %q: %v", reason, err)
		}
	}
	_, err = w.Do(ctx, w.me(), sub(), "remove", w.staff, desk.OtherReason)
	if f, ok := fault.Of(err); !ok || f.Kind != fault.Invalid {
		t.Errorf("a fourth act: %v", err)
	}
	w.at(desk.CheckLife)
	_, err = w.do(w.me(), desk.Unblock, w.staff)
	w.want("fifteen minutes later", err, desk.ErrUnchecked)
	if !w.state(w.staff).Blocked {
		t.Error("the account is no longer blocked")
	}
	if n := w.count(`desk_act WHERE account_id = $1`, w.staff); n != 0 {
		t.Errorf("%d acts kept", n)
	}
}

func TestChecksThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	ctx := t.Context()
	_, err := w.CheckCaller(ctx, w.me(), sub(), w.staff, []desk.Item{desk.SaidNPI})
	if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != "items" {
		t.Errorf("one item: %v", err)
	}
	_, err = w.CheckCaller(ctx, w.me(), sub(), w.rep, []desk.Item{desk.SaidUsername, desk.SaidEmail})
	w.want("about the own account", err, desk.ErrSelf)
	_, err = w.CheckCaller(ctx, w.me(), sub(), uuid.New(), []desk.Item{desk.SaidNPI, desk.CalledBack})
	w.want("about nobody", err, fault.ErrNotFound)
}

// Nobody acts on the own account, not even past the pages: the database refuses
// a check and an act as well (security.md 4.8).
func TestNobodyHelpsThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.rest(w.rep)
	for _, act := range desk.Acts {
		_, err := w.do(w.me(), act, w.rep)
		w.want(string(act), err, desk.ErrSelf)
	}
	err := w.db.InTx(t.Context(), w.me(), func(tx *postgres.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO desk_check (id, account_id, checked_by, checked_at, items)
			VALUES ($1, $2, $2, portal_now(), '{username,email}')`, uuid.New(), w.rep)
		return err
	})
	if err == nil {
		t.Error("the database takes a check about the own account")
	}
}

// A form sent twice acts once (security.md 19.2), and counts once.
func TestAFormSentTwiceActsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.block(w.staff)
	w.checked(w.me(), w.staff)
	s := sub()
	first, err := w.Unblock(t.Context(), w.me(), s, w.staff, desk.MistypedCodes)
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.Unblock(t.Context(), w.me(), s, w.staff, desk.MistypedCodes)
	if err != nil || again != first {
		t.Errorf("%s, %v; want %s", again, err, first)
	}
	if n := w.count(`message WHERE account_id = $1`, w.staff); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
	_, err = w.do(w.me(), desk.Unblock, w.staff)
	w.want("another form", err, desk.ErrNotBlocked)
	other := idempotency.Submission{Key: s.Key, Digest: []byte("other")}
	_, err = w.Unblock(t.Context(), w.me(), other, w.staff, desk.LateCodes)
	w.want("the same form with another reason", err, idempotency.ErrChanged)
}

// When the last step fails, nothing of the act is left.
func TestAnActIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t))
	w.block(w.staff)
	w.checked(w.me(), w.staff)
	if _, err := dbtest.Superuser(t, w.db).Exec(t.Context(), `
		CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the last step fails'; END $$;
		CREATE TRIGGER fail BEFORE INSERT ON audit_entry FOR EACH ROW WHEN (NEW.action = 'account.unblock') EXECUTE FUNCTION fail()`); err != nil {
		t.Fatal(err)
	}
	if _, err := w.do(w.me(), desk.Unblock, w.staff); err == nil {
		t.Fatal("the act went through without its entry")
	}
	if !w.state(w.staff).Blocked || w.count(`desk_act`) != 0 || w.count(`message WHERE account_id = $1`, w.staff) != 0 {
		t.Error("something of the act is left")
	}
}

// At most 30 acts of a representative in an hour; the office is told at the
// 20th, once (security.md 4.8).
func TestActsAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	told := func() int {
		return w.count(`message WHERE key = 'ofp.desk-alert' AND account_id = $1`, w.office)
	}
	act := func(minute int) error { return w.resetAfter(time.Duration(minute) * time.Minute) }
	for i := range 19 {
		if err := act(i); err != nil {
			t.Fatalf("act %d: %v", i+1, err)
		}
	}
	if told() != 0 {
		t.Error("the office was told before the 20th")
	}
	for i := 19; i < 30; i++ {
		if err := act(i); err != nil {
			t.Fatalf("act %d: %v", i+1, err)
		}
		if n := told(); n != 1 {
			t.Fatalf("%d alerts after act %d, want 1", n, i+1)
		}
	}
	m := accounttest.Last(t, w.db, ring, "ofp.desk-alert", w.office)
	if m.Values["Count"] != "20" || m.Values["Representative"] != "Tess REP" {
		t.Errorf("alert %+v", m.Values)
	}
	if !w.recorded(w.rep, "desk.alert", "", audit.OutcomeOK) {
		t.Error("the alert is not recorded")
	}
	err := act(31)
	w.want("the 31st", err, desk.ErrLimit)
	if f, ok := fault.Of(err); !ok || f.Kind != fault.Throttled {
		t.Errorf("%v, want Throttled", err)
	}
	w.checked(w.second(), w.staff)
	if _, err := w.do(w.second(), desk.Reset, w.staff); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	w.want("a second before the first is an hour old", w.resetAfter(time.Hour-time.Second), desk.ErrLimit)
	w.want("when it is", w.resetAfter(time.Hour), nil)
	if n := w.count(`desk_act WHERE asked_by = $1`, w.rep); n != 31 {
		t.Errorf("%d acts, want 31", n)
	}
}

// A representative who goes on at 20 acts in an hour is reported once in each
// hour of the clock.
func TestAlertsDoNotPileUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	for i := range 30 {
		if err := w.resetAfter(time.Duration(i)*3*time.Minute + time.Duration(i/20)*time.Second); err != nil {
			t.Fatalf("act %d: %v", i+1, err)
		}
	}
	if n := w.count(`message WHERE key = 'ofp.desk-alert' AND account_id = $1`, w.office); n != 2 {
		t.Errorf("%d alerts in two hours, want 2", n)
	}
}

// resetAfter sends a reset so long after the start.
func (w *world) resetAfter(after time.Duration) error {
	w.t.Helper()
	w.at(after)
	w.checked(w.me(), w.staff)
	_, err := w.do(w.me(), desk.Reset, w.staff)
	return err
}

func TestHistoryIsOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	for i := range 3 {
		w.at(time.Duration(i) * time.Minute)
		w.checked(w.me(), w.staff)
		if _, err := w.do(w.me(), desk.Reset, w.staff); err != nil {
			t.Fatal(err)
		}
	}
	w.checked(w.second(), w.certifier)
	if _, err := w.do(w.second(), desk.Reset, w.certifier); err != nil {
		t.Fatal(err)
	}
	list, total, err := w.History(t.Context(), w.me(), 1, 2)
	if err != nil || total != 3 || len(list) != 2 || !list[0].AskedAt.After(list[1].AskedAt) || list[0].Username != w.username("staffa") {
		t.Errorf("%d of %d, %v: %+v", len(list), total, err, list)
	}
	if list, _, err := w.History(t.Context(), w.me(), 2, 2); err != nil || len(list) != 1 || list[0].State != desk.Done {
		t.Errorf("second page: %+v, %v", list, err)
	}
	if _, total, err := w.History(t.Context(), w.second(), 1, 25); err != nil || total != 1 {
		t.Errorf("somebody else's: %d, %v", total, err)
	}
	if !errors.Is(func() error { _, err := w.Request(t.Context(), w.second(), list[0].ID); return err }(), fault.ErrNotFound) {
		t.Error("an act that needed nobody else can be opened as a request")
	}
}
