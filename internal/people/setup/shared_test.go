package setup_test

import (
	"errors"
	"testing"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

func createdMail(mails []message.Message) message.Message {
	for _, m := range mails {
		if m.Key == "account.created" {
			return m
		}
	}
	return message.Message{}
}

// Somebody may work at a site and for the office under one address, each with an
// account of its own. The address alone then signs in to neither, with the
// answer that everybody gets (security.md 4.3); the owner is told at the
// creation to use the username.
func TestOneAddressAtASiteAndAtTheOffice(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		office string // address of an account of the office
		told   string
		byMail error
	}{
		"the same": {"C1@clinic.example", "yes", account.ErrWrong},
		"another":  {"else@office.example", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, dbtest.New(t), launch)
			o.enroll(1)
			code := o.mailing()[0]
			o.system(func(tx *postgres.Tx) error {
				_, err := account.CreateTx(t.Context(), tx, account.New{Kind: account.OFP, Username: "officeperson",
					Email: tt.office, FirstName: "O", LastName: "P", PasswordHash: "x"})
				return err
			})
			if _, err := o.redeem(code, "quinn"); err != nil {
				t.Fatal(err)
			}
			if m := createdMail(o.post()); m.Key == "" || m.Values["Shared"] != tt.told {
				t.Errorf("the mail says of a shared address: %q, want %q", m.Values["Shared"], tt.told)
			}
			accounts := account.NewService(o.db, ring, account.NewTestHasher(), account.Shipped)
			signIn := func(name string) error {
				_, _, err := accounts.SignIn(t.Context(), browser(), account.Attempt{Name: name, Password: password})
				return err
			}
			if err := signIn("c1@clinic.example"); !errors.Is(err, tt.byMail) || (err == nil) != (tt.byMail == nil) {
				t.Errorf("by the address: %v, want %v", err, tt.byMail)
			}
			if err := signIn("quinn"); err != nil {
				t.Errorf("by the username: %v", err)
			}
		})
	}
}
