package office_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
)

// OFP corrects a name wherever the person works, and the owner is told; never
// one's own, nor a client's, nor to what would break the head of a mail
// (security.md 15.3).
func TestRename(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada, sam := b.admin("ada"), b.person(account.Workforce, "Sma", "Staff")
	for _, code := range []string{"S1", "S2"} {
		b.works(sam, b.clinic(code, code), authz.Staff)
	}
	gone := b.person(account.Workforce, "Gone", "Person")
	b.set(gone, "removed_at", now)
	rename := func(actor authz.Actor, id uuid.UUID, first string) error {
		_, err := b.Rename(t.Context(), actor, sub(), id, first, "Staff")
		return err
	}
	for name, tt := range map[string]struct {
		actor authz.Actor
		id    uuid.UUID
		first string
		want  error
	}{
		"one's own":  {ada, ada.Account, "Ada", account.ErrOwnAccount},
		"removed":    {ada, gone, "Gone", account.ErrGone},
		"nobody":     {ada, uuid.New(), "No", fault.ErrNotFound},
		"by staff":   {authz.Actor{Account: sam, Role: authz.Staff}, sam, "Sam", fault.ErrNotFound},
		"by desk":    {authz.Actor{Account: sam, Role: authz.Desk}, sam, "Sam", fault.ErrNotFound},
		"line break": {ada, sam, "Sam\r\nBcc: x@clinic.example", nil},
		"empty":      {ada, sam, " ", nil},
	} {
		if err := rename(tt.actor, tt.id, tt.first); err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if err := rename(ada, sam, " Sam "); err != nil {
		t.Fatal(err)
	}
	if n := b.count(`SELECT count(*) FROM membership WHERE account_id = $1 AND first_name = 'Sam'`, sam); n != 2 {
		t.Errorf("%d memberships have the right name, want 2", n)
	}
	if n := b.count(`SELECT count(*) FROM account WHERE id = $1 AND first_name = 'Sam'`, sam); n != 1 {
		t.Error("the account has the name that was wrong")
	}
	if n := b.count(`SELECT count(*) FROM audit_entry WHERE subject = 'account:' || $1::uuid::text AND action = 'account.rename' AND account_id = $2`, sam, ada.Account); n != 1 {
		t.Errorf("%d entries in the record, want 1", n)
	}
	accounttest.Last(t, b.db, ring, "workforce.renamed", sam)
}
