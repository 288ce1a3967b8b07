package demo

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Sites is the list of 2,400 invented sites with their certifiers, in the form
// in which the program office uploads one.
//
//go:embed data/sites.csv
var Sites []byte

// Seed fills a training database through the portal's own services, so that
// everything in it came about as it does in use. Its clock goes back to the
// day of each deed and ends where the training copy begins.
type Seed struct {
	Owner        *Owner
	DB           *postgres.DB
	Ring         *secret.Ring
	Sites        *site.Service
	Codes        *accesscode.Service
	Setups       *setup.Service
	Passcodes    *passcode.Service
	Accounts     *account.Service
	Clients      *client.Service
	Applications *application.Service
	Enrollments  *enrollment.Service
}

// begun is how many months before the start the records begin.
const begun = 15

// Fill makes the training data: with empty nothing but the time, else people,
// sites and, once the program is live, clients with their history. A restart
// may name the time. It is done once; a database that it was cut off in is to
// be wiped.
func (s Seed) Fill(ctx context.Context, empty bool, wish *Restart) error {
	start, err := s.start(ctx, empty, wish)
	if err != nil {
		return err
	}
	if !empty {
		if err := s.records(ctx, start.at); err != nil {
			return err
		}
	}
	if start.present {
		err = s.Owner.RunPresent(ctx)
	} else {
		err = s.Owner.Run(ctx, start.at)
	}
	if err != nil {
		return err
	}
	if err := s.Owner.KeepInUse(ctx); err != nil {
		return err
	}
	return s.Owner.Filled(ctx)
}

// start is the time at which a training copy begins.
type start struct {
	at      time.Time
	present bool
}

func (s Seed) start(ctx context.Context, empty bool, wish *Restart) (start, error) {
	t, err := readTimes(ctx, s.DB)
	if err != nil {
		return start{}, err
	}
	switch {
	case wish != nil && wish.Present:
		return start{t.Present, true}, nil
	case wish != nil && !wish.At.IsZero():
		return start{wish.At, false}, nil
	case empty:
		eve, _ := LaunchEve.At(t.Present, t.Present)
		return start{eve, false}, nil
	}
	return start{t.Present, true}, nil
}

// records makes people and sites and, from go-live on, those who work at sites
// and their clients.
func (s Seed) records(ctx context.Context, at time.Time) error {
	live := calendar.Launch.Open(civil.Of(at))
	early := at.Add(-2 * time.Hour)
	if live {
		early = at.AddDate(0, -begun, 0)
	}
	if err := s.Owner.Freeze(ctx, early); err != nil {
		return err
	}
	office, err := s.office(ctx)
	if err != nil {
		return fmt.Errorf("program office: %w", err)
	}
	if _, _, err := s.Sites.ImportAll(ctx, office, Sites, false); err != nil {
		return fmt.Errorf("sites: %w", err)
	}
	if !live {
		return nil
	}
	if err := s.desk(ctx, office); err != nil {
		return fmt.Errorf("service desk: %w", err)
	}
	workers, err := s.workforce(ctx, office)
	if err != nil {
		return fmt.Errorf("people at sites: %w", err)
	}
	made, err := s.clients(ctx, workers, at)
	if err != nil {
		return fmt.Errorf("clients: %w", err)
	}
	if err := s.own(ctx, made); err != nil {
		return fmt.Errorf("clients' accounts: %w", err)
	}
	if err := s.further(ctx, office, workers, at); err != nil {
		return fmt.Errorf("further sites: %w", err)
	}
	return nil
}

// once is the number of a form that is sent once.
func once() idempotency.Submission {
	key := uuid.New()
	return idempotency.Submission{Key: key, Digest: key[:]}
}

// Invitation is the way in for the first administrator.
type Invitation struct {
	Email string
	Code  string
	Until time.Time
}

// Invite makes the access code of the first administrator, in place of an
// earlier one. Once there is an administrator it makes none and returns nil.
func (s Seed) Invite(ctx context.Context) (*Invitation, error) {
	first := People[0]
	there, err := postgres.Value[bool](ctx, s.DB, `SELECT EXISTS (SELECT FROM account WHERE kind = 'ofp')`)
	if err != nil {
		return nil, fmt.Errorf("look for administrators: %w", err)
	}
	if there {
		return nil, nil
	}
	code, until, err := s.Codes.FirstAdmin(ctx, first.invitee())
	if err != nil {
		return nil, fmt.Errorf("invite the first administrator: %w", err)
	}
	return &Invitation{Email: first.Email, Code: secret.FormatCode(code), Until: until}, nil
}

func (p Person) invitee() membership.Invitee {
	return membership.Invitee{FirstName: p.FirstName, LastName: p.LastName, Email: p.Email}
}
