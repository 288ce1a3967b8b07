package desk_test

import (
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
	"familypact.example/portal/internal/platform/postgres"
)

// asked blocks the account and has the representative ask to unblock it.
func (w *world) asked(id uuid.UUID) uuid.UUID {
	w.t.Helper()
	w.block(id)
	w.checked(w.me(), id)
	made, err := w.do(w.me(), desk.Unblock, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

// An account of OFP or of the desk needs a second representative (security.md
// 4.8).
func TestOfficeAccountsNeedASecond(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]account.Kind{"OFP": account.OFP, "desk": account.Desk} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.Tx(t))
			id := w.person("third", kind, authz.Role(kind))
			request := w.asked(id)
			if !w.state(id).Blocked || w.count(`message WHERE account_id = $1`, id) != 0 {
				t.Fatal("the account was unblocked, or its owner told, by one representative")
			}
			if !w.recorded(id, "desk.request", "unblock", audit.OutcomeOK) {
				t.Error("the request is not recorded")
			}
			c, err := w.Account(t.Context(), w.second(), id)
			if err != nil || len(c.Waiting) != 1 || c.Waiting[0].ID != request {
				t.Errorf("the account shows %+v, %v", c.Waiting, err)
			}
			if acts := c.Available(w.second()); len(acts) != 1 || acts[0] != desk.Reset {
				t.Errorf("%v can be done, want the reset alone: the unblocking waits", acts)
			}
			list, err := w.Waiting(t.Context(), w.second())
			if err != nil || len(list) != 1 || list[0].Asker != "Tess REP" || list[0].Items[0] != desk.SaidUsername {
				t.Errorf("waiting %+v, %v", list, err)
			}
			if _, err := w.Confirm(t.Context(), w.second(), sub(), request); err != nil {
				t.Fatal(err)
			}
			if w.state(id).Blocked {
				t.Error("the account is still blocked")
			}
			accounttest.Last(t, w.db, ring, "account.unblocked", id)
			_, err = w.Confirm(t.Context(), w.second(), sub(), request)
			w.want("again", err, desk.ErrDecided)
			if _, total, err := w.History(t.Context(), w.second(), 1, 25); err != nil || total != 1 {
				t.Errorf("the history of the second has %d, %v", total, err)
			}
		})
	}
}

func TestWhoDecides(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	request := w.asked(w.other) // the other representative's own account
	third := w.person("third", account.Desk, authz.Desk)
	ctx := t.Context()
	_, err := w.Confirm(ctx, w.me(), sub(), request)
	w.want("who asked", err, desk.ErrSecond)
	_, err = w.Refuse(ctx, w.me(), sub(), request)
	w.want("who asked, refusing", err, desk.ErrSecond)
	_, err = w.Request(ctx, w.second(), request)
	w.want("the owner looks at it", err, fault.ErrNotFound)
	_, err = w.Confirm(ctx, w.second(), sub(), request)
	w.want("the owner confirms", err, fault.ErrNotFound)
	if !w.state(w.other).Blocked {
		t.Fatal("the account is no longer blocked")
	}
	err = w.db.InTx(ctx, w.me(), func(tx *postgres.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE desk_act SET state = 'done', decided_by = $2, decided_at = portal_now() WHERE id = $1`, request, w.rep)
		return err
	})
	if !postgres.Violates(err, "desk_act_second_person") {
		t.Errorf("the database lets who asked decide: %v", err)
	}
	if _, err := w.Confirm(ctx, authz.Actor{Role: authz.Desk, Account: third}, sub(), request); err != nil {
		t.Errorf("a third: %v", err)
	}
}

func TestARequestIsAskedForOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.asked(w.office)
	_, err := w.do(w.me(), desk.Unblock, w.office)
	w.want("asking twice", err, desk.ErrWaiting)
	w.checked(w.second(), w.office)
	_, err = w.do(w.second(), desk.Unblock, w.office)
	w.want("somebody else asks as well", err, desk.ErrWaiting)
	if _, err := w.do(w.me(), desk.Reset, w.office); err != nil {
		t.Errorf("asking for something else: %v", err)
	}
}

func TestARefusalEndsARequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	ctx := t.Context()
	request := w.asked(w.office)
	if _, err := w.Refuse(ctx, w.second(), sub(), request); err != nil {
		t.Fatal(err)
	}
	_, err := w.Confirm(ctx, w.second(), sub(), request)
	w.want("confirming what was refused", err, desk.ErrDecided)
	if !w.state(w.office).Blocked || w.count(`message WHERE account_id = $1`, w.office) != 0 {
		t.Error("the account was changed, or its owner told")
	}
	if _, err := w.do(w.me(), desk.Unblock, w.office); err != nil {
		t.Errorf("asking anew: %v", err)
	}
}

func TestRequestsEndAfterADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	ctx := t.Context()
	request := w.asked(w.office)
	w.at(desk.RequestLife)
	_, err := w.Confirm(ctx, w.second(), sub(), request)
	w.want("a day later", err, desk.ErrLapsed)
	if r, err := w.Request(ctx, w.second(), request); err != nil || r.Progress() != desk.Lapsed {
		t.Errorf("%+v, %v; want it lapsed", r, err)
	}
	if list, err := w.Waiting(ctx, w.second()); err != nil || len(list) != 0 {
		t.Errorf("%d still waiting, %v", len(list), err)
	}
	w.checked(w.me(), w.office)
	anew, err := w.do(w.me(), desk.Unblock, w.office)
	if err != nil {
		t.Fatalf("asking anew: %v", err)
	}
	w.at(2*desk.RequestLife - time.Second)
	if _, err := w.Confirm(ctx, w.second(), sub(), anew); err != nil {
		t.Errorf("the last second: %v", err)
	}
}

// The rules of the act hold again when it is confirmed.
func TestConfirmingJudgesAnew(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, sql string
		want      error
	}{
		{"no longer blocked", `UPDATE account SET blocked_at = NULL WHERE id = $1`, desk.ErrNotBlocked},
		{"disabled by OFP since", `UPDATE account SET disabled_at = portal_now(), disabled_reason = 'x' WHERE id = $1`, desk.ErrOffice},
		{"removed since", `UPDATE account SET removed_at = portal_now() WHERE id = $1`, desk.ErrOffice},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.Tx(t))
			request := w.asked(w.office)
			w.exec(tt.sql, w.office)
			_, err := w.Confirm(t.Context(), w.second(), sub(), request)
			w.want("confirm", err, tt.want)
			if n := w.count(`message WHERE account_id = $1`, w.office); n != 0 {
				t.Errorf("%d mails", n)
			}
		})
	}
}

// Confirming counts among the 30 acts of an hour, too (security.md 4.8).
func TestDecisionsAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	request := w.asked(w.office)
	for i := range 29 {
		w.checked(w.second(), w.staff)
		if _, err := w.do(w.second(), desk.Reset, w.staff); err != nil {
			t.Fatalf("act %d: %v", i+1, err)
		}
	}
	if _, err := w.Confirm(t.Context(), w.second(), sub(), request); err != nil {
		t.Fatalf("the 30th: %v", err)
	}
	w.checked(w.second(), w.staff)
	_, err := w.do(w.second(), desk.Reset, w.staff)
	w.want("the 31st", err, desk.ErrLimit)
}
