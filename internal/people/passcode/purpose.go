package passcode

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Purpose is what a mailed or texted passcode is good for, and nothing else.
type Purpose string

// The purposes. LostApp and NewApp show that the mailbox is the owner's, when
// somebody asks for a new authenticator and when they set it up; Phone shows
// that a number is.
const (
	SignIn  Purpose = "sign-in"
	LostApp Purpose = "lost-app"
	NewApp  Purpose = "new-app"
	Phone   Purpose = "phone"
)

// sending is a passcode that is on its way.
type sending struct {
	purpose Purpose
	text    bool   // to the number of the account
	usual   bool   // to that number when the owner has so chosen
	number  string // to this number, which is not the account's yet
}

// Send mails a passcode for the sign-in to the account's address; the one
// before it ends. More often than once a minute, five times in 15 minutes or
// twenty unused ones a day is ErrTooSoon: the check and the count are one
// statement, so that parallel requests send no more. An account that uses the
// app gets none, ErrNoMail: a mailed passcode beside the app would make the
// app worth nothing.
func (s *Service) Send(ctx context.Context, actor authz.Actor, p Pending) error {
	return s.send(ctx, actor, p, sending{purpose: SignIn})
}

// SendText is Send to the telephone number that the account has confirmed.
// Without a gateway, or a number, it is ErrNoMail.
func (s *Service) SendText(ctx context.Context, actor authz.Actor, p Pending) error {
	return s.send(ctx, actor, p, sending{purpose: SignIn, text: true})
}

// SendUsual is Send, or SendText when the owner has chosen text messages as the
// usual way and there are a number and a gateway.
func (s *Service) SendUsual(ctx context.Context, actor authz.Actor, p Pending) error {
	return s.send(ctx, actor, p, sending{purpose: SignIn, usual: true})
}

// SendFor mails a passcode for LostApp or NewApp to the address of an account
// that uses the app. It opens no sign-in. The limits are those of Send.
func (s *Service) SendFor(ctx context.Context, actor authz.Actor, p Pending, purpose Purpose) error {
	return s.send(ctx, actor, p, sending{purpose: purpose})
}

func (s *Service) send(ctx context.Context, actor authz.Actor, p Pending, out sending) error {
	digits, err := randomDigits()
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		a, err := s.lockTx(ctx, tx, p.Account)
		if err != nil {
			return err
		}
		to, err := s.recipient(ctx, tx, a, out)
		if err != nil {
			return err
		}
		if a.BlockedAt != nil {
			return ErrBlocked
		}
		allowed, err := countSending(ctx, tx, p.Account)
		if err != nil {
			return fmt.Errorf("count passcode mail: %w", err)
		}
		if !allowed {
			return ErrTooSoon
		}
		return s.sendTx(ctx, tx, actor, p, out, to, digits)
	})
}

func (s *Service) sendTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, p Pending, out sending, to message.Recipient, digits string) error {
	c := challenge{ID: uuid.Must(uuid.NewV7()), Purpose: out.purpose}
	c.Digest = s.digest(c.ID, digits)
	if to.Phone != "" {
		var err error
		if c.PhoneSealed, err = s.ring.Seal(challengeCell(c.ID), to.Phone); err != nil {
			return err
		}
	}
	life, err := goodFor(ctx, tx)
	if err != nil {
		return err
	}
	until := tx.Now().Add(life)
	if err := insertChallenge(ctx, tx, c, p, until); err != nil {
		return fmt.Errorf("keep passcode: %w", err)
	}
	key := keyCode
	if out.purpose == LostApp || out.purpose == NewApp {
		key = keyAppCode
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: key, Cause: causeCode + c.ID.String(), To: to,
		Values: map[string]string{
			"Code": digits, "Deadline": locale.Clock(locale.WithLanguage(ctx, to.Language), until),
		},
	})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "passcode.send", subject(p.Account), audit.Reason(string(out.purpose)))
}

// recipient says where a passcode goes, and ErrNoMail when it may not be sent.
func (s *Service) recipient(ctx context.Context, tx *postgres.Tx, a account.Account, out sending) (message.Recipient, error) {
	to := a.Recipient()
	switch out.purpose {
	case LostApp, NewApp:
		if a.Channel != account.App || a.Email == "" || a.Sealed {
			return to, ErrNoMail
		}
		return to, nil
	case Phone:
		to.Phone = out.number
		if !s.texts || a.Kind.Privileged() {
			return to, ErrNoMail
		}
		return to, nil
	}
	if a.Channel != account.Email || a.Email == "" {
		return to, ErrNoMail
	}
	if out.usual {
		var err error
		if out.text, err = s.byText(ctx, tx, a.ID); err != nil {
			return to, err
		}
	}
	if !out.text {
		return to, nil
	}
	number, err := s.number(ctx, tx, a.ID)
	if err == nil && (number == "" || !s.texts) {
		err = ErrNoMail
	}
	to.Phone = number
	return to, err
}

func challengeCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "passcode_challenge", Column: "phone_sealed", Row: id}
}

// TryFor tries the passcode that was sent for a purpose, as Check does: with
// the same count of failures, which a right one does not take back but for
// itself, or guesses at the app would be free for whoever has the mailbox.
// then is called in the transaction that spends a right one.
func (s *Service) TryFor(ctx context.Context, actor authz.Actor, p Pending, purpose Purpose, typed string, then func(tx *postgres.Tx) error) (Result, error) {
	c, err := read(typed)
	if err != nil || c.digits == "" {
		return Result{}, ErrFormat
	}
	count, limit, err := s.count(ctx, actor, p.Account)
	if err != nil {
		return Result{}, err
	}
	found := verdict{}
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		found = verdict{}
		if _, err := lockOpen(ctx, tx, p.Account); err != nil {
			return err
		}
		s.compared.Add(1)
		var err error
		if found, err = s.spendMailed(ctx, tx, p, purpose, c.digits); err != nil || !found.right {
			return err
		}
		if err := takeBackFailure(ctx, tx, p.Account); err != nil {
			return err
		}
		return then(tx)
	})
	if err != nil {
		return Result{}, s.undone(ctx, p.Account, err)
	}
	if found.right {
		return Result{}, nil
	}
	return s.fail(ctx, actor, p.Account, count, limit, found)
}

// undone takes back the failure of a try that came to nothing because of
// something else than the code.
func (s *Service) undone(ctx context.Context, id uuid.UUID, cause error) error {
	if errors.Is(cause, ErrBlocked) {
		return cause
	}
	ctx = context.WithoutCancel(ctx)
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error { return takeBackFailure(ctx, tx, id) })
	return errors.Join(cause, err)
}

// Standing is how far a second step has come, for the page that asks for it.
type Standing struct {
	Left    int             // tries until the account is blocked
	Failed  int             // tries so far
	Channel account.Channel // where the account's passcodes come from
	Email   string          // that passcodes are mailed to; empty: a client without one
	Texted  bool            // the passcode on its way is a text message
	Phone   string          // last four digits of the number that it can be texted to, empty for none
	ByText  bool            // as a rule passcodes are texted there
}

// Stand returns how far the second step has come.
func (s *Service) Stand(ctx context.Context, p Pending) (Standing, error) {
	var st Standing
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		row, err := findStanding(ctx, tx, p)
		if err != nil {
			return fmt.Errorf("find second step: %w", err)
		}
		st = Standing{Left: row.Most - row.Failed, Failed: row.Failed, Texted: row.Texted, Channel: row.Channel, Email: row.Email}
		if row.EmailSealed != nil {
			if st.Email, err = account.OpenEmail(s.ring, p.Account, row.EmailSealed); err != nil {
				return err
			}
		}
		if row.PhoneSealed == nil || !s.texts {
			return nil
		}
		number, err := s.ring.Open(phoneCell(p.Account), row.PhoneSealed)
		st.Phone, st.ByText = lastFour(number), row.ByText
		return err
	})
	return st, err
}
