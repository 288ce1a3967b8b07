package account_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

var born = civil.New(2008, time.June, 9)

// clientGate is a gate beside the account of a client.
type clientGate struct {
	*gate
	actor    authz.Actor
	username string
	mailbox  string
}

func newClient(t *testing.T, db *postgres.DB, ways ...account.Way) *clientGate {
	t.Helper()
	c := &clientGate{gate: newGate(t, db), username: "Canary-" + uuid.NewString()[24:]}
	c.mailbox = "quetzalcoatl-" + c.username + "@mail.example"
	hash, err := c.hasher.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	c.actor = accounttest.Client(t, db, ring, account.ClientAccount{
		Username: c.username, FirstName: "Xochiquetzal", LastName: "Canarywright", BirthOn: born, Email: c.mailbox, PasswordHash: hash, Ways: ways,
	})
	return c
}

func (c *clientGate) enterAs(name string) (account.Account, error) {
	c.t.Helper()
	a, _, err := c.SignIn(c.t.Context(), nobody, account.Attempt{Name: name, Password: password})
	return a, err
}

// mails counts what is on its way out of the portal to the client.
func (c *clientGate) mails(key string) int {
	c.t.Helper()
	return c.count(`SELECT count(*)::int FROM message WHERE account_id = $1 AND key = $2 AND channel = 'email'`, c.actor.Account, key)
}

// TestClientIsFoundByUsernameAndEmail: in any case of letters, and not by the
// blind index that a thief of the database could read.
func TestClientIsFoundByUsernameAndEmail(t *testing.T) {
	t.Parallel()
	c := newClient(t, dbtest.Tx(t))
	for _, name := range []string{c.username, strings.ToUpper(c.username), " " + c.mailbox + " ", strings.ToUpper(c.mailbox)} {
		a, err := c.enterAs(name)
		c.want(name, err, nil)
		if a.ID != c.actor.Account || a.Name() != "Xochiquetzal Canarywright" || a.Email != c.mailbox || a.Username != c.username {
			t.Errorf("%s: signed in as %q %q %q", name, a.Name(), a.Email, a.Username)
		}
	}
	for _, name := range append(account.ClientKeys(ring, c.username), c.username+"x", "", "\x00", "\xff") {
		_, err := c.enterAs(name)
		c.want("name "+name, err, account.ErrWrong)
	}
}

// TestStolenAccountsNameNoClient: decisions 6 and 39, security.md 12.
func TestStolenAccountsNameNoClient(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	c := newClient(t, db, account.ByEmail)
	c.want("ask", c.AskReset(t.Context(), nobody, c.mailbox), nil)
	accounttest.Recover(t, db, c.Service)
	dump := strings.ToLower(accounttest.Dump(t, db))
	for _, secret := range []string{c.username, "canarywright", "xochiquetzal", "quetzalcoatl", born.String()} {
		if strings.Contains(dump, strings.ToLower(secret)) {
			t.Errorf("the database says %q", secret)
		}
	}
}

// TestUsernameIsOnePersons: a client and somebody of the workforce cannot both
// have it, in either order; an e-mail can be that of several clients, who then
// sign in by username.
func TestUsernameIsOnePersons(t *testing.T) {
	t.Parallel()
	c := newClient(t, dbtest.Tx(t))
	c.tx(func(tx *postgres.Tx) error {
		for _, name := range []string{c.name, strings.ToUpper(c.username)} {
			_, err := account.CreateClientTx(t.Context(), tx, ring, account.ClientAccount{Username: name, BirthOn: born, PasswordHash: "-"})
			c.want("a client's "+name, err, account.ErrUsernameTaken)
		}
		_, err := account.CreateTx(t.Context(), tx, account.New{
			Kind: account.Workforce, Username: c.username, Email: "b@clinic.example", FirstName: "B", LastName: "C", PasswordHash: "-",
			ClientKeys: account.ClientKeys(ring, c.username),
		})
		c.want("the workforce's "+c.username, err, account.ErrUsernameTaken)
		return nil
	})
	accounttest.Client(t, c.db, ring, account.ClientAccount{Email: c.mailbox})
	_, err := c.enterAs(c.mailbox)
	c.want("a shared e-mail", err, account.ErrWrong)
	_, err = c.enterAs(c.username)
	c.want("the username", err, nil)
}

// TestForgottenUsernameOfClientNeedsTheBirthDate: ux.md 3.2.
func TestForgottenUsernameOfClientNeedsTheBirthDate(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		on   civil.Date
		want int
	}{
		"the birth date": {born, 1}, "the day after": {born.AddDays(1), 0}, "none": {civil.Date{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, dbtest.Tx(t))
			c.want("ask", c.AskUsername(t.Context(), nobody, c.mailbox, tt.on), nil)
			accounttest.Recover(t, c.db, c.Service)
			if n := c.mails("account.username"); n != tt.want {
				t.Fatalf("%d mails, want %d", n, tt.want)
			}
			if tt.want == 1 {
				if m := accounttest.Last(t, c.db, ring, "account.username", c.actor.Account); m.Values["Username"] != c.username || m.Values["Name"] != "" {
					t.Errorf("the mail says %v", m.Values)
				}
			}
		})
	}
}

// TestClientIsToldOnlyInWaysThatWereChosen: what was asked for in that minute is
// mailed, nothing else unless e-mail was called safe (security.md 14.1).
func TestClientIsToldOnlyInWaysThatWereChosen(t *testing.T) {
	t.Parallel()
	for name, ways := range map[string][]account.Way{"portal alone": nil, "text alone": {account.ByText}, "e-mail": {account.ByEmail}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, dbtest.Tx(t), ways...)
			want := 0
			if slices.Contains(ways, account.ByEmail) {
				want = 1
			}
			c.want("ask", c.AskReset(t.Context(), nobody, c.mailbox), nil)
			accounttest.Recover(t, c.db, c.Service)
			if n := c.mails("account.reset-code"); n != 1 {
				t.Errorf("%d codes were mailed, want 1", n)
			}
			code := accounttest.Last(t, c.db, ring, "account.reset-code", c.actor.Account).Values["Code"]
			c.want("reset", c.Reset(t.Context(), nobody, code, replacement), nil)
			if n := c.mails("account.password-changed"); n != want {
				t.Errorf("%d mails of the change, want %d", n, want)
			}
			dbtest.Freeze(t, c.db, start.AddDate(0, 15, -3))
			c.want("sweep", c.SweepInactive(t.Context()), nil)
			if n := c.mails("account.inactive-soon"); n != want {
				t.Errorf("%d warnings, want %d", n, want)
			}
			dbtest.Freeze(t, c.db, start.AddDate(0, 15, 0))
			c.want("sweep", c.SweepInactive(t.Context()), nil)
			if n := c.mails("account.disabled"); n != want {
				t.Errorf("%d mails of the end, want %d", n, want)
			}
		})
	}
}

// TestClosedAccountHoldsNobody: its owner is gone from it, and its username is
// nobody else's.
func TestClosedAccountHoldsNobody(t *testing.T) {
	t.Parallel()
	c := newClient(t, dbtest.Tx(t))
	c.tx(func(tx *postgres.Tx) error { return account.CloseTx(t.Context(), tx, c.actor) })
	_, err := c.enterAs(c.username)
	c.want("sign in", err, account.ErrWrong)
	if n := c.count(`SELECT num_nonnulls(username_sealed, first_name_sealed, last_name_sealed, email_sealed, email_key, birth_on_sealed,
		ways_sealed)::int FROM account WHERE id = $1`, c.actor.Account); n != 0 {
		t.Errorf("the closed account has %d columns of its owner", n)
	}
	c.tx(func(tx *postgres.Tx) error {
		_, err := account.CreateClientTx(t.Context(), tx, ring, account.ClientAccount{Username: c.username, BirthOn: born, PasswordHash: "-"})
		c.want("the username again", err, account.ErrUsernameTaken)
		return nil
	})
}
