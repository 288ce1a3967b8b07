package passcode

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service sends and checks passcodes. It may be used from several goroutines
// at once.
type Service struct {
	db       *postgres.DB
	ring     *secret.Ring
	compared atomic.Int64 // how many codes have been compared, for tests of the limit
}

// NewService returns the service on a database.
func NewService(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

// Compared returns how many codes have been compared with the right one.
func (s *Service) Compared() int64 { return s.compared.Load() }

const (
	keyCode      = "account.code"
	keyBlocked   = "account.blocked"
	keyNewDevice = "account.new-device"
	causeCode    = "passcode:"
	purpose      = "passcode"
)

// Register keeps back the mails of passcodes that are dead before their turn
// comes. It is called once, while the program is put together.
func Register() {
	message.BeforeSend(keyCode, func(ctx context.Context, tx *postgres.Tx, m message.Message) (map[string]string, bool, error) {
		id, err := uuid.Parse(strings.TrimPrefix(m.Cause, causeCode))
		if err != nil {
			return nil, false, fault.ErrNotFound
		}
		alive, err := alive(ctx, tx, id)
		return nil, alive, err
	})
}

// Send mails a passcode for the sign-in to the account's address; the one
// before it ends. More often than once a minute, five times in 15 minutes or
// twenty unused ones a day is ErrTooSoon: the check and the count are one
// statement, so that parallel requests send no more. An account that uses the
// app gets none, ErrNoMail: a mailed passcode beside the app would make the
// app worth nothing.
func (s *Service) Send(ctx context.Context, actor authz.Actor, p Pending) error {
	digits, err := randomDigits()
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		a, err := account.FindForUpdateTx(ctx, tx, p.Account)
		if err != nil {
			return err
		}
		if a.Channel != account.Email || a.Email == "" {
			return ErrNoMail
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
		id := uuid.Must(uuid.NewV7())
		until := tx.Now().Add(Lifetime)
		if err := insertChallenge(ctx, tx, id, p, s.digest(id, digits), until); err != nil {
			return fmt.Errorf("keep passcode: %w", err)
		}
		_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
			Key: keyCode, Cause: causeCode + id.String(),
			To: message.Recipient{Account: a.ID, Name: a.Name(), Email: a.Email, Language: a.Language},
			Values: map[string]string{
				"Code": digits, "Deadline": locale.Clock(locale.WithLanguage(ctx, a.Language), until),
			},
		})
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "passcode.send", subject(a.ID))
	})
}

func subject(id uuid.UUID) string { return "account:" + id.String() }

// digest is kept of a mailed passcode: bound to its challenge.
func (s *Service) digest(challenge uuid.UUID, digits string) []byte {
	return s.ring.MAC(purpose, append(challenge[:], digits...))
}

func randomDigits() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("random passcode: %w", err)
	}
	return fmt.Sprintf("%06d", n), nil
}

// Result is what a try came to.
type Result struct {
	Left int // tries that are left after a wrong one
}

// Check tries a typed code for the sign-in. The failure is counted before
// anything is compared, in a transaction of its own, by one statement that
// refuses beyond the limit; a right code takes the count back to nothing. The
// last wrong one blocks the account, ends its sign-ins and tells its owner
// (security.md 2.5, 2.6). It returns ErrFormat, ErrWrong with the tries left,
// or ErrBlocked.
func (s *Service) Check(ctx context.Context, actor authz.Actor, p Pending, typed string) (Result, error) {
	c, err := read(typed)
	if err != nil {
		return Result{}, err
	}
	count, limit, err := s.count(ctx, actor, p.Account)
	if err != nil {
		return Result{}, err
	}
	right, err := s.compare(ctx, actor, p, c)
	if err != nil || right {
		return Result{}, err
	}
	return s.fail(ctx, actor, p.Account, count, limit)
}

// count raises the failures before anything is compared. An account without a
// try left that nobody has blocked lost its last try half-way, by a fault or by
// a caller who hung up: it is blocked now.
func (s *Service) count(ctx context.Context, actor authz.Actor, id uuid.UUID) (count, limit int, err error) {
	err = s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		count, limit, err = raise(ctx, tx, id)
		return err
	})
	if errors.Is(err, ErrBlocked) {
		if _, failed := s.block(ctx, actor, id, cutOff); failed != nil {
			return 0, 0, failed
		}
	}
	return count, limit, err
}

// fail ends a wrong try: the last one blocks the account, which hanging up does
// not prevent. When a right passcode came in between, nothing is blocked.
func (s *Service) fail(ctx context.Context, actor authz.Actor, id uuid.UUID, count, limit int) (Result, error) {
	ctx = context.WithoutCancel(ctx)
	if count >= limit {
		blocked, err := s.block(ctx, actor, id, 0)
		if err != nil {
			return Result{}, err
		}
		if blocked {
			return Result{}, ErrBlocked
		}
		count = 0
	}
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		return audit.Record(ctx, tx, actor, "sign-in.passcode", subject(id), audit.Denied())
	})
	if err != nil {
		return Result{}, err
	}
	return Result{Left: limit - count}, ErrWrong
}

// compare looks for the code in a transaction that a right one changes: it
// works once (RFC 6238, section 5.2), and not for an account that has been
// blocked since its failure was counted.
func (s *Service) compare(ctx context.Context, actor authz.Actor, p Pending, c code) (bool, error) {
	right := false
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		right = false
		if _, err := lockOpen(ctx, tx, p.Account); err != nil {
			return err
		}
		s.compared.Add(1)
		var err error
		if right, err = s.spend(ctx, tx, p, c); err != nil || !right {
			return err
		}
		if err := clearFailures(ctx, tx, p.Account); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "sign-in.passcode", subject(p.Account))
	})
	return right && err == nil, err
}

// lockOpen returns the account, locked, and ErrBlocked when it is blocked or
// removed.
func lockOpen(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (account.Account, error) {
	a, err := account.FindForUpdateTx(ctx, tx, id)
	if err == nil && (a.BlockedAt != nil || a.RemovedAt != nil) {
		err = ErrBlocked
	}
	return a, err
}

func (s *Service) spend(ctx context.Context, tx *postgres.Tx, p Pending, c code) (bool, error) {
	if c.recovery != "" {
		return useRecovery(ctx, tx, p.Account, s.ring.MACs("recovery-code", []byte(c.recovery)))
	}
	spent, err := s.spendMailed(ctx, tx, p, c.digits)
	if err != nil || spent {
		return spent, err
	}
	return s.spendApp(ctx, tx, p.Account, c.digits)
}

func (s *Service) spendMailed(ctx context.Context, tx *postgres.Tx, p Pending, digits string) (bool, error) {
	id, digest, found, err := findChallenge(ctx, tx, p)
	if err != nil || !found {
		return false, err
	}
	if !s.ring.CheckMAC(purpose, append(id[:], digits...), digest) {
		return false, nil
	}
	return useChallenge(ctx, tx, id)
}

// block makes the account one that only the desk can open again, if its tries
// are still used up and the last of them is at least that old. It reports
// whether the account is blocked then.
func (s *Service) block(ctx context.Context, actor authz.Actor, id uuid.UUID, old time.Duration) (bool, error) {
	blocked := false
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		blocked = false
		a, err := account.FindForUpdateTx(ctx, tx, id)
		if err != nil {
			return err
		}
		first := false
		if a.BlockedAt == nil {
			if first, err = setBlocked(ctx, tx, id, old); err != nil {
				return err
			}
		}
		blocked = first || a.BlockedAt != nil
		if !first {
			return nil // somebody else's wrong try has just done it
		}
		if err := session.EndAllTx(ctx, tx, id); err != nil {
			return err
		}
		_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
			Key: keyBlocked, Cause: subject(id) + ":" + tx.Now().Format(time.RFC3339Nano),
			To:     message.Recipient{Account: id, Name: a.Name(), Email: a.Email, Language: a.Language},
			Values: map[string]string{},
		})
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "account.block", subject(id))
	})
	return blocked, err
}

// Complete records a sign-in whose two steps were right. It makes the browser
// with the mark a known device (no mark: none), and returns its id.
func (s *Service) Complete(ctx context.Context, actor authz.Actor, id uuid.UUID, mark string) (uuid.UUID, error) {
	device := uuid.Nil
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		a, err := account.FindForUpdateTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := a.Usable(tx.Now(), account.DefaultLimits); err != nil {
			return err
		}
		if err := setSignedIn(ctx, tx, id); err != nil {
			return err
		}
		fresh := true
		if mark != "" {
			if device, fresh, err = account.KnowDeviceTx(ctx, tx, id, mark); err != nil {
				return err
			}
		}
		if fresh {
			if err := s.tellNewDevice(ctx, tx, a); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, actor, "sign-in.complete", subject(id))
	})
	if errors.Is(err, account.ErrBlocked) {
		return uuid.Nil, ErrBlocked
	}
	return device, err
}

// tellNewDevice mails the owner of a sign-in from a browser that is not known,
// once in half an hour (security.md 4.10). The first sign-in of all is
// expected, and a client is told only by ways that they chose.
func (s *Service) tellNewDevice(ctx context.Context, tx *postgres.Tx, a account.Account) error {
	if a.SignedInAt == nil || a.Kind == account.Client {
		return nil
	}
	_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: keyNewDevice, Cause: subject(a.ID) + ":" + tx.Now().Truncate(noticeEvery).Format(time.RFC3339),
		To: message.Recipient{Account: a.ID, Name: a.Name(), Email: a.Email, Language: a.Language},
		Values: map[string]string{
			"Time": locale.Clock(locale.WithLanguage(ctx, a.Language), tx.Now()),
		},
	})
	return err
}
