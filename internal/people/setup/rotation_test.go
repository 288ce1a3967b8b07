package setup_test

import (
	"errors"
	"testing"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// under is the office with its codes kept under the keys of a ring.
func (o *office) under(ring *secret.Ring) *setup.Service {
	o.t.Helper()
	o.codes = accesscode.NewService(o.db, ring, membership.NewService(o.db, ring))
	return setup.NewService(o.db, ring, account.NewTestHasher(), o.codes)
}

// TestCodesOutlastAChangeOfTheirKey changes the key between the mailing and the
// typing: a code of the old key is good as long as the key is known, a new code
// names the new one, and once the old key is retired its codes are nothing any
// more (security.md 3.2).
func TestCodesOutlastAChangeOfTheirKey(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(3)
	mails := o.mailing()
	verify := func(s *setup.Service, m message.Message) error { return s.Verify(t.Context(), browser(), attempt(m)) }

	both := o.under(secret.NewRotatedTestRing(false))
	if err := verify(both, mails[0]); err != nil {
		t.Errorf("a code of the old key, while both are known: %v", err)
	}
	if _, err := o.codes.IssueByHand(t.Context(), o.ofp, sub(), mails[1].To.Membership, "asked by phone"); err != nil {
		t.Fatal(err)
	}
	renewed := o.post()[0]
	if err := verify(both, renewed); err != nil {
		t.Errorf("a code of the new key: %v", err)
	}
	keys := map[int32]int{}
	o.system(func(tx *postgres.Tx) error {
		ids, err := postgres.Values[int32](t.Context(), tx, `SELECT get_byte(digest, 3) FROM access_code`)
		for _, id := range ids {
			keys[id]++
		}
		return err
	})
	if keys[1] != 3 || keys[2] != 1 {
		t.Errorf("codes by the number of their key: %v, want three of 1 and one of 2", keys)
	}

	retired := o.under(secret.NewRotatedTestRing(true))
	if err := verify(retired, renewed); err != nil {
		t.Errorf("a code of the new key, when the old one is gone: %v", err)
	}
	if err := verify(retired, mails[2]); !errors.Is(err, accesscode.ErrUnknown) {
		t.Errorf("a code of a key that is gone: %v, want ErrUnknown", err)
	}
}
