package accesscode_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	accesscode.Register()
	dbtest.Main(m)
}

// launch is 12 January 2025, 8:00 a.m. Pacific.

var launch = time.Date(2025, 1, 12, 16, 0, 0, 0, time.UTC)

const password = "seven copper kettles 19"

func sub() idempotency.Submission {
	return idempotency.Submission{Key: uuid.New(), Digest: []byte("x")}
}

func browser() authz.Actor {
	return authz.Actor{Role: authz.Nobody, Origin: authz.Origin{Session: uuid.NewString(), Address: "192.0.2.1"}}
}

// office is the program office on a database of its own, with a mailbox.

type office struct {
	*accesscode.Service
	ways    *setup.Service
	t       *testing.T
	db      *postgres.DB
	members *membership.Service
	sites   *site.Service
	ofp     authz.Actor
	courier *message.Courier
	mu      sync.Mutex
	mails   []message.Message
	refusal error // the mail server's answer to every mail
}

func open(t *testing.T, db *postgres.DB, at time.Time) *office {
	t.Helper()
	o := &office{t: t, db: db}
	o.members = membership.NewService(db, ring)
	o.sites = site.NewService(db, o.members)
	o.Service = accesscode.NewService(db, ring, o.members)
	o.ways = setup.NewService(db, ring, account.NewTestHasher(), o.Service)
	o.courier = message.NewCourier(db, ring, o, o.render, time.Millisecond)
	dbtest.Freeze(t, db, at)
	o.system(func(tx *postgres.Tx) error {
		id, err := account.CreateTx(t.Context(), tx, account.New{Kind: account.OFP, Username: "ofp" + uuid.NewString()[:8],
			Email: "ofp@office.example", FirstName: "O", LastName: "P", PasswordHash: "x"})
		o.ofp = authz.Actor{Role: authz.OFP, Account: id}
		return err
	})
	return o
}

// render keeps the message instead of writing a mail.

func (o *office) render(_ context.Context, m message.Message) (mail.Mail, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mails = append(o.mails, m)
	return mail.Mail{}, nil
}

// Send accepts every mail, unless the mail server refuses.
func (o *office) Send(context.Context, mail.Mail) error { return o.refusal }

func (o *office) system(fn func(tx *postgres.Tx) error) {
	o.t.Helper()
	if err := o.db.InTx(o.t.Context(), authz.SystemActor, fn); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) count(sql string, args ...any) int {
	o.t.Helper()
	n := 0
	o.system(func(tx *postgres.Tx) error { return tx.QueryRow(o.t.Context(), sql, args...).Scan(&n) })
	return n
}

const header = "npi,site_id,site_name,provider_type,sector,street,city,zip,county_code,phone,certifier_first_name,certifier_last_name,certifier_credential,certifier_email,enrolled_on\n"

const npi = "2681797371"

// enroll imports n sites with their certifiers, c1@… to cn@….
func (o *office) enroll(n int) { o.t.Helper(); o.enrollFrom(1, n) }

// enrollFrom imports n sites, the first of which has the number.
func (o *office) enrollFrom(first, n int) {
	o.t.Helper()
	b := strings.Builder{}
	b.WriteString(header)
	for i := first - 1; i < first-1+n; i++ {
		b.WriteString(siteLine(i+1, fmt.Sprintf("c%d@clinic.example", i+1)))
	}
	if _, _, err := o.sites.ImportAll(o.t.Context(), authz.SystemActor, []byte(b.String()), false); err != nil {
		o.t.Fatal(err)
	}
}

// siteLine is the line of a list for one site.
func siteLine(n int, email string) string {
	return fmt.Sprintf("%s,S%d,Clinic %d,Solo,private,1 Sample Way,Laguna Niguel,92607,30,(714) 555-0188,Q,Doe,MD,%s,2008-03-27\n", npi, n, n, email)
}

// corrects imports a site again with another address of its certifier.
func (o *office) corrects(n int, email string) {
	o.t.Helper()
	if _, _, err := o.sites.ImportAll(o.t.Context(), authz.SystemActor, []byte(header+siteLine(n, email)), false); err != nil {
		o.t.Fatal(err)
	}
}

// post delivers everything that is queued and returns the mails with a code.

func (o *office) post() []message.Message {
	o.t.Helper()
	var queued []uuid.UUID
	o.system(func(tx *postgres.Tx) error {
		var err error
		queued, err = postgres.Values[uuid.UUID](o.t.Context(), tx, `SELECT id FROM message WHERE state = 'queued' ORDER BY id`)
		return err
	})
	o.mails = nil
	for _, id := range queued {
		if again, err := o.courier.Deliver(o.t.Context(), id); err != nil || again != 0 {
			o.t.Fatalf("deliver: %v, again in %v", err, again)
		}
	}
	return o.mails
}

// mailing sends the launch mailing and returns its mails.

func (o *office) mailing() []message.Message {
	o.t.Helper()
	id, err := o.StartLaunch(o.t.Context(), o.ofp, sub(), true)
	if err != nil {
		o.t.Fatal(err)
	}
	if err := o.RunLaunch(o.t.Context(), id); err != nil {
		o.t.Fatal(err)
	}
	return o.post()
}

// attempt is what the reader of a mail types.

func attempt(m message.Message) accesscode.Attempt {
	return accesscode.Attempt{Email: strings.ToUpper(m.To.Email), Code: " " + strings.ToLower(m.Values["Code"]), NPI: npi}
}

// walk goes from a verified code to the last step.

func (o *office) walk(who authz.Actor, username string) error {
	ctx := o.t.Context()
	return errors.Join(
		o.ways.Confirm(ctx, who, "Quinn", "Doe"),
		o.ways.SetSignIn(ctx, who, username, password),
		o.ways.SetContact(ctx, who, account.Email),
	)
}

func (o *office) redeem(m message.Message, username string) (uuid.UUID, error) {
	o.t.Helper()
	who := browser()
	if err := o.ways.Verify(o.t.Context(), who, attempt(m)); err != nil {
		return uuid.Nil, err
	}
	if err := o.walk(who, username); err != nil {
		return uuid.Nil, err
	}
	return o.ways.Redeem(o.t.Context(), who, sub(), locale.English)
}

// secondAgrees makes a second administrator approve everything that waits.
func (o *office) secondAgrees() {
	o.t.Helper()
	var second authz.Actor
	o.system(func(tx *postgres.Tx) error {
		id, err := account.CreateTx(o.t.Context(), tx, account.New{Kind: account.OFP, Username: "ofp" + uuid.NewString()[:8],
			Email: uuid.NewString() + "@office.example", FirstName: "O", LastName: "Second", PasswordHash: "x"})
		second = authz.Actor{Role: authz.OFP, Account: id}
		return err
	})
	o.system(func(tx *postgres.Tx) error { // administrators in force have a membership
		for _, who := range []uuid.UUID{o.ofp.Account, second.Account} {
			if _, err := tx.Exec(o.t.Context(), `
				INSERT INTO membership (id, role, account_id, first_name, last_name, email, email_key, created_at, joined_at)
				SELECT $1, 'ofp', id, first_name, last_name, email, email || id, $3, $3 FROM account WHERE id = $2`, uuid.New(), who, tx.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	err := o.db.InTx(o.t.Context(), second, func(tx *postgres.Tx) error {
		waiting, err := postgres.Values[uuid.UUID](o.t.Context(), tx, `SELECT id FROM approval WHERE decision IS NULL`)
		for _, id := range waiting {
			if _, err := approval.DecideTx(o.t.Context(), tx, second, id, approval.Approve); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
}
