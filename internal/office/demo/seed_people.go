package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// office makes the administrators and returns the first.
func (s Seed) office(ctx context.Context) (authz.Actor, error) {
	var first authz.Actor
	for _, p := range People {
		if p.Site != "" || p.Desk || p.Client {
			continue
		}
		code, _, err := s.Codes.FirstAdmin(ctx, p.invitee())
		if err != nil {
			return first, err
		}
		id, err := s.redeem(ctx, p, accesscode.Attempt{Email: p.Email, Code: code.Reveal()})
		if err != nil {
			return first, err
		}
		if first.Account == uuid.Nil {
			first = authz.Actor{Role: authz.OFP, Account: id}
		}
	}
	return first, nil
}

// desk makes the representatives of the service desk.
func (s Seed) desk(ctx context.Context, office authz.Actor) error {
	post := s.postOffice()
	for _, p := range People {
		if !p.Desk {
			continue
		}
		var member uuid.UUID
		err := s.DB.InTx(ctx, office, func(tx *postgres.Tx) (err error) {
			member, err = s.Codes.InviteOfficeTx(ctx, tx, office, authz.Desk, p.invitee())
			return err
		})
		if err != nil {
			return err
		}
		code, err := post.deliver(ctx, member)
		if err != nil {
			return err
		}
		if _, err := s.redeem(ctx, p, accesscode.Attempt{Email: p.Email, Code: code}); err != nil {
			return err
		}
	}
	return nil
}

// redeem goes the way from an access code to an account, as the person does.
func (s Seed) redeem(ctx context.Context, p Person, a accesscode.Attempt) (uuid.UUID, error) {
	actor := authz.Actor{Role: authz.Nobody, Origin: authz.Origin{Session: uuid.NewString(), Device: uuid.New()}}
	if err := s.Setups.Verify(ctx, actor, a); err != nil {
		return uuid.Nil, fmt.Errorf("code of %s: %w", p.Username, err)
	}
	if err := s.Setups.Confirm(ctx, actor, p.FirstName, p.LastName); err != nil {
		return uuid.Nil, err
	}
	if err := s.Setups.SetSignIn(ctx, actor, p.Username, p.Password); err != nil {
		return uuid.Nil, fmt.Errorf("sign-in of %s: %w", p.Username, err)
	}
	if err := s.Setups.SetContact(ctx, actor, p.Channel); err != nil {
		return uuid.Nil, err
	}
	id, err := s.Setups.Redeem(ctx, actor, once(), locale.English)
	if err != nil || p.Channel != account.App {
		return id, err
	}
	return id, s.setUpApp(ctx, authz.Actor{Role: authz.Nobody, Account: id})
}

// setUpApp gives the account an authenticator app, confirmed with the code of
// a moment ago, so that the one shown now is still to be used.
func (s Seed) setUpApp(ctx context.Context, actor authz.Actor) error {
	setup, err := s.Passcodes.Prepare(ctx, actor, passcode.Pending{Account: actor.Account})
	if err != nil {
		return fmt.Errorf("prepare an app: %w", err)
	}
	t, err := readTimes(ctx, s.DB)
	if err != nil {
		return err
	}
	code, err := totp.GenerateCode(setup.Secret, t.Present.Add(-step))
	if err != nil {
		return fmt.Errorf("code of an app: %w", err)
	}
	if _, _, err = s.Passcodes.Confirm(ctx, actor, passcode.Pending{Account: actor.Account}, code); err != nil {
		return fmt.Errorf("confirm an app: %w", err)
	}
	return nil
}

// team is who works at a site.
type team struct {
	Certifier authz.Actor
	Staff     authz.Actor
}

// workforce makes the people at sites and returns them by the site's code. The
// certifier comes first and lets the others in.
func (s Seed) workforce(ctx context.Context, office authz.Actor) (map[string]team, error) {
	post := s.postOffice()
	teams := map[string]team{}
	for _, p := range People {
		if p.Site == "" {
			continue
		}
		t := teams[p.Site]
		var err error
		if p.Certifier {
			t.Certifier, err = s.certifier(ctx, office, p, post)
		} else {
			t.Staff, err = s.staff(ctx, t.Certifier, p, post)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Username, err)
		}
		teams[p.Site] = t
	}
	return teams, nil
}

func (s Seed) certifier(ctx context.Context, office authz.Actor, p Person, post *postOffice) (authz.Actor, error) {
	named, err := s.named(ctx, p.Site)
	if err != nil {
		return authz.Actor{}, err
	}
	if _, err := s.Codes.IssueByHand(ctx, office, once(), named.ID, "Training copy"); err != nil {
		return authz.Actor{}, err
	}
	code, err := post.deliver(ctx, named.ID)
	if err != nil {
		return authz.Actor{}, err
	}
	p.FirstName, p.LastName, p.Email = named.FirstName, named.LastName, named.Email
	id, err := s.redeem(ctx, p, accesscode.Attempt{Email: p.Email, Code: code, NPI: named.NPI})
	return authz.Actor{Role: authz.Certifier, Account: id, Site: named.SiteID}, err
}

func (s Seed) staff(ctx context.Context, certifier authz.Actor, p Person, post *postOffice) (authz.Actor, error) {
	member, err := s.Codes.InviteStaff(ctx, certifier, once(), p.invitee())
	if err != nil {
		return authz.Actor{}, err
	}
	code, err := post.deliver(ctx, member)
	if err != nil {
		return authz.Actor{}, err
	}
	id, err := s.redeem(ctx, p, accesscode.Attempt{Email: p.Email, Code: code})
	return authz.Actor{Role: authz.Staff, Account: id, Site: certifier.Site}, err
}

type namedCertifier struct {
	ID        uuid.UUID
	SiteID    uuid.UUID
	NPI       string
	FirstName string
	LastName  string
	Email     string
}

func (s Seed) named(ctx context.Context, siteCode string) (namedCertifier, error) {
	var found namedCertifier
	err := s.DB.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		var err error
		found, err = postgres.One[namedCertifier](ctx, tx, `
			SELECT m.id, m.site_id, s.npi, m.first_name, m.last_name, m.email
			FROM membership m JOIN site s ON s.id = m.site_id
			WHERE s.site_code = $1 AND m.role = 'certifier' AND m.removed_at IS NULL`, siteCode)
		return err
	})
	return found, err
}

// postOffice delivers the mails that carry access codes, to nobody: it keeps
// the codes, as the people would.
type postOffice struct {
	db      *postgres.DB
	courier *message.Courier
	codes   map[uuid.UUID]string // by membership
}

func (s Seed) postOffice() *postOffice {
	p := &postOffice{db: s.DB, codes: map[uuid.UUID]string{}}
	p.courier = message.NewCourier(s.DB, s.Ring, p, p.read, time.Second)
	return p
}

// read keeps the code; nothing is written.
func (p *postOffice) read(_ context.Context, m message.Message) (mail.Mail, error) {
	p.codes[m.To.Membership] = m.Values["Code"]
	return mail.Mail{}, nil
}

// Send accepts the mail.
func (p *postOffice) Send(context.Context, mail.Mail) error { return nil }

// deliver sends what waits for a member and returns the code that was in it.
func (p *postOffice) deliver(ctx context.Context, member uuid.UUID) (string, error) {
	var waiting []uuid.UUID
	err := p.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		var err error
		waiting, err = postgres.Values[uuid.UUID](ctx, tx, `
			SELECT id FROM message WHERE membership_id = $1 AND state = 'queued'`, member)
		return err
	})
	for _, id := range waiting {
		if _, err := p.courier.Deliver(ctx, id); err != nil {
			return "", err
		}
	}
	return p.codes[member], err
}
