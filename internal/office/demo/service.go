package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Options are what a Service works on.
type Options struct {
	DB       *postgres.DB
	Ring     *secret.Ring
	OwnerURL string // address of the owner of the tables, who may move the clock
	MailDir  string // folder of the mails; empty: they go to a mail server
}

// Service is what the pages of the training copy show and do. It may be used
// from several goroutines at once.
type Service struct {
	db       *postgres.DB
	ring     *secret.Ring
	ownerURL string
	mails    Mailbag
	restarts chan Restart
	watched  bool
}

// Restart asks for the training data to begin anew at a time.
type Restart struct {
	At      time.Time
	Present bool // the clock is to show the present
}

// NewService returns the service of a training copy.
func NewService(o Options) *Service {
	return &Service{db: o.DB, ring: o.Ring, ownerURL: o.OwnerURL, mails: Mailbag(o.MailDir), restarts: make(chan Restart, 1)}
}

// Restarts returns where a wish to begin anew arrives. Whoever asks for it
// promises to stop the portal, make the data anew and start it again; without
// anybody, beginning anew is refused. Call it before the portal serves.
func (s *Service) Restarts() <-chan Restart {
	s.watched = true
	return s.restarts
}

// ErrNoRestart means that nobody is there to begin anew.
var ErrNoRestart = fault.New(fault.Conflict, locale.DemoResetImpossible)

// Worker is somebody who can sign in to the training copy.
type Worker struct {
	ID       uuid.UUID
	Username string
	Name     string
	Role     authz.Role
	SiteID   uuid.UUID // uuid.Nil: the program office
	SiteName string
	Password string // empty: it was chosen by whoever made or changed it
	Passcode Passcode
}

// Passcode is what is to be typed after the password.
type Passcode struct {
	Channel account.Channel
	Code    string        // empty: no mail with one has been written yet, or no app is set up
	Left    time.Duration // until an app shows the next one
	Mail    string        // id of the mail that carries it; empty: an app
}

// Workers returns everybody who can sign in, with what they type.
func (s *Service) Workers(ctx context.Context) ([]Worker, error) {
	mailed, err := s.mails.Passcodes()
	if err != nil {
		return nil, err
	}
	var rows []accountRow
	var reads postgres.Batch
	readAccounts(&reads, &rows)
	if _, err := s.db.Read(ctx, authz.SystemActor, &reads); err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	workers := make([]Worker, len(rows))
	for i, r := range rows {
		if workers[i], err = s.worker(r, mailed); err != nil {
			return nil, err
		}
	}
	return workers, nil
}

func (s *Service) worker(r accountRow, mailed map[string]Letter) (Worker, error) {
	r, err := r.opened(s.ring)
	if err != nil {
		return Worker{}, err
	}
	w := Worker{ID: r.ID, Username: r.Username, Name: r.Name, Role: r.Role, SiteName: r.SiteName}
	if r.SiteID != nil {
		w.SiteID = *r.SiteID
	}
	if r.FirstPassword {
		w.Password = passwordOf(r.Username)
	}
	w.Passcode, err = s.passcode(r, mailed)
	return w, err
}

func (s *Service) passcode(r accountRow, mailed map[string]Letter) (Passcode, error) {
	p := Passcode{Channel: r.PasscodeChannel}
	if p.Channel == account.Email {
		l := mailed[strings.ToLower(r.Email)]
		p.Code, p.Mail = l.Passcode(), l.ID
		return p, nil
	}
	if r.AuthenticatorID == nil {
		return p, nil
	}
	plain, err := s.ring.Open(secret.Cell{Table: "authenticator", Column: "secret_sealed", Row: *r.AuthenticatorID}, r.SecretSealed)
	if err != nil {
		return p, fmt.Errorf("open the authenticator of account %s: %w", r.ID, err)
	}
	at := unspent(r.Present, r.LastStep)
	p.Code, err = totp.GenerateCode(plain, at)
	if err != nil {
		return p, fmt.Errorf("passcode of account %s: %w", r.ID, err)
	}
	p.Left = at.Add(step).Sub(r.Present)
	return p, nil
}

// unspent returns the start of the time step whose code is to be typed now:
// the present one, or the next when it has been used. That one is accepted a
// step early.
func unspent(present time.Time, last int64) time.Time {
	now := present.Unix() / int64(step/time.Second)
	return time.Unix(max(now, min(last+1, now+1))*int64(step/time.Second), 0)
}

// step is how long an authenticator app shows a code (RFC 6238).
const step = 30 * time.Second

// SignIn notes a complete sign-in of the account without password and
// passcode, and returns it for its session. An account that there is not is
// fault.ErrNotFound.
func (s *Service) SignIn(ctx context.Context, id uuid.UUID) (Worker, error) {
	var w Worker
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		rows, err := findAccount(ctx, tx, id)
		if err != nil {
			return fmt.Errorf("find account %s: %w", id, err)
		}
		if len(rows) == 0 {
			return fault.ErrNotFound
		}
		if w, err = s.worker(rows[0], nil); err != nil {
			return err
		}
		return noteSignIn(ctx, tx, id)
	})
	return w, err
}

// Clock is what the page of the clock shows.
type Clock struct {
	Times
	Moves      []Move
	Restarting bool // moving back is possible
}

// Clock returns the time and what each preset would do.
func (s *Service) Clock(ctx context.Context) (Clock, error) {
	t, err := readTimes(ctx, s.db)
	if err != nil {
		return Clock{}, err
	}
	c := Clock{Times: t, Restarting: s.watched}
	for _, p := range Presets {
		m, _ := p.Plan(t.Portal, t.Present)
		c.Moves = append(c.Moves, m)
	}
	return c, nil
}

// Move moves the clock to a preset. Forward, the accounts stay in use; back,
// the training data begin anew at that time, for which the portal restarts. It
// returns what it did; an unknown preset is fault.ErrNotFound.
func (s *Service) Move(ctx context.Context, p Preset) (Move, error) {
	t, err := readTimes(ctx, s.db)
	if err != nil {
		return Move{}, err
	}
	m, ok := p.Plan(t.Portal, t.Present)
	switch {
	case !ok:
		return Move{}, fault.ErrNotFound
	case m.Stays:
		return m, nil
	case m.Back:
		return m, s.restart(Restart{At: m.At, Present: p == Present})
	}
	return m, s.forward(ctx, m.At)
}

func (s *Service) forward(ctx context.Context, to time.Time) error {
	err := forward(ctx, s.ownerURL, to)
	if errors.Is(err, ErrNotTraining) {
		return fault.ErrNotFound
	}
	return err
}

// Reset asks for the training data to begin anew as at the first start.
func (s *Service) Reset() error { return s.restart(Restart{}) }

// Resettable reports whether somebody is there to begin anew.
func (s *Service) Resettable() bool { return s.watched }

func (s *Service) restart(r Restart) error {
	if !s.watched {
		return ErrNoRestart
	}
	select {
	case s.restarts <- r:
	default: // one is under way
	}
	return nil
}

// Mails returns a page of the mails that mention what was searched for, the
// newest first, and how many there are.
func (s *Service) Mails(search string, number, size int) ([]Letter, int, error) {
	return s.mails.Page(search, number, size)
}

// Mail returns one mail. One that there is not is fault.ErrNotFound.
func (s *Service) Mail(id string) (Letter, error) {
	l, found, err := s.mails.Find(id)
	if err == nil && !found {
		err = fault.ErrNotFound
	}
	return l, err
}

// Kept reports whether mails are written into a folder, where they can be
// read, rather than sent to a mail server.
func (s *Service) Kept() bool { return s.mails != "" }
