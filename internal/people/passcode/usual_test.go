package passcode_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/dbtest"
)

// Whoever has confirmed a number may have passcodes texted there as a rule
// (decisions 8); the mail stays one button away, and without a number or a
// gateway passcodes are mailed as ever.
func TestTextsAsARule(t *testing.T) {
	t.Parallel()
	o, _, _ := texting(t, dbtest.New(t), http.StatusOK)
	if err := o.SetUsual(t.Context(), o.owner(), true); !errors.Is(err, passcode.ErrNoMail) {
		t.Errorf("without a number: %v", err)
	}
	p := o.register(t)
	minutes := 2
	texted := func(want bool) {
		t.Helper()
		minutes += 20
		dbtest.Freeze(t, o.db, start.Add(time.Duration(minutes)*time.Minute))
		if err := o.SendUsual(t.Context(), nobody, p); err != nil {
			t.Fatal(err)
		}
		if st, err := o.Stand(t.Context(), p); err != nil || st.Texted != want {
			t.Errorf("texted: %v, want %v (%v)", st.Texted, want, err)
		}
	}
	texted(false)
	if err := o.SetUsual(t.Context(), o.owner(), true); err != nil {
		t.Fatal(err)
	}
	accounttest.Last(t, o.db, ring, "account.usual-channel", o.id)
	texted(true)
	minutes += 20
	dbtest.Freeze(t, o.db, start.Add(time.Duration(minutes)*time.Minute))
	if err := o.Send(t.Context(), nobody, p); err != nil {
		t.Fatal(err)
	}
	if st, err := o.Stand(t.Context(), p); err != nil || st.Texted || !st.ByText {
		t.Errorf("a mail asked for: %+v, %v", st, err)
	}
	if err := o.RemovePhone(t.Context(), o.owner()); err != nil {
		t.Fatal(err)
	}
	texted(false)
	if n := o.count(t, `SELECT count(*)::int FROM account WHERE passcode_by_text`); n != 0 {
		t.Error("the choice outlives the number")
	}
}

// OFP and desk use the app, and nothing is offered without a gateway.
func TestNoTextsAsARule(t *testing.T) {
	t.Parallel()
	for _, kind := range []account.Kind{account.Workforce, account.OFP, account.Desk} {
		o := newOffice(t, dbtest.Tx(t), kind, account.Email)
		if err := o.SetUsual(t.Context(), o.owner(), true); !errors.Is(err, passcode.ErrNoMail) {
			t.Errorf("%s without a gateway: %v", kind, err)
		}
	}
}
