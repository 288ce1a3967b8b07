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
	hasher   *account.Hasher
	texts    bool         // there is a gateway for text messages
	compared atomic.Int64 // how many codes have been compared, for tests of the limit
	proved   func(ctx context.Context, tx *postgres.Tx, actor authz.Actor, account uuid.UUID) error
}

// NewService returns the service on a database. The hasher keeps recovery
// codes.
func NewService(db *postgres.DB, ring *secret.Ring, hasher *account.Hasher) *Service {
	return &Service{db: db, ring: ring, hasher: hasher, proved: func(context.Context, *postgres.Tx, authz.Actor, uuid.UUID) error { return nil }}
}

// AllowTexts says that there is a gateway for text messages. Without it nothing
// is sent or shown of that channel. It is called while the program is put
// together.
func (s *Service) AllowTexts() { s.texts = true }

// Texts reports whether there is a gateway for text messages.
func (s *Service) Texts() bool { return s.texts }

// OnProof names what is to be done in the transaction in which the owner of an
// account has shown that the authenticator or a recovery code is at hand. It is
// named while the program is put together.
func (s *Service) OnProof(fn func(ctx context.Context, tx *postgres.Tx, actor authz.Actor, account uuid.UUID) error) {
	s.proved = fn
}

// Compared returns how many codes have been compared with the right one.
func (s *Service) Compared() int64 { return s.compared.Load() }

const (
	keyCode      = "account.code"
	keyAppCode   = "account.app-code"
	keyBlocked   = "account.blocked"
	keyNewDevice = "account.new-device"
	keyFailed    = "account.failed-code"
	causeCode    = "passcode:"
	macPurpose   = "passcode"
)

// Register keeps back the mails of passcodes that are dead before their turn
// comes. It is called once, while the program is put together.
func Register() {
	for _, key := range []string{keyCode, keyAppCode} {
		message.BeforeSend(key, func(ctx context.Context, tx *postgres.Tx, m message.Message) (map[string]string, bool, error) {
			id, err := uuid.Parse(strings.TrimPrefix(m.Cause, causeCode))
			if err != nil {
				return nil, false, fault.ErrNotFound
			}
			alive, err := alive(ctx, tx, id)
			return nil, alive, err
		})
	}
}

func subject(id uuid.UUID) string { return "account:" + id.String() }

// digest is kept of a mailed passcode: bound to its challenge.
func (s *Service) digest(challenge uuid.UUID, digits string) []byte {
	return s.ring.MAC(macPurpose, append(challenge[:], digits...))
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
// (security.md 2.5, 2.6). It returns ErrFormat, ErrWrong or ErrExpired with the
// tries left, or ErrBlocked.
func (s *Service) Check(ctx context.Context, actor authz.Actor, p Pending, typed string) (Result, error) {
	c, err := read(typed)
	if err != nil {
		return Result{}, err
	}
	count, limit, err := s.count(ctx, actor, p.Account)
	if err != nil {
		return Result{}, err
	}
	if err := s.match(ctx, p.Account, &c); err != nil {
		return Result{}, s.undone(ctx, p.Account, err)
	}
	found, err := s.compare(ctx, actor, p, c)
	if err != nil || found.right {
		return Result{}, err
	}
	return s.fail(ctx, actor, p.Account, count, limit, found)
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
// not prevent. When a right passcode came in between, nothing is blocked. The
// owner is told once in a while: whoever came so far knows the password
// (security.md 4.10).
func (s *Service) fail(ctx context.Context, actor authz.Actor, id uuid.UUID, count, limit int, found verdict) (Result, error) {
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
		a, err := s.lockTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.notice(ctx, tx, a, keyFailed); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "sign-in.passcode", subject(id), audit.Denied())
	})
	if err != nil {
		return Result{}, err
	}
	if found.late {
		return Result{Left: limit - count}, ErrExpired
	}
	return Result{Left: limit - count}, ErrWrong
}

// verdict is what comparing a code came to.
type verdict struct {
	right bool
	late  bool // the passcode of this step was not used in its time
}

// compare looks for the code in a transaction that a right one changes: it
// works once (RFC 6238, section 5.2), and not for an account that has been
// blocked since its failure was counted.
func (s *Service) compare(ctx context.Context, actor authz.Actor, p Pending, c code) (verdict, error) {
	found := verdict{}
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		found = verdict{}
		if _, err := lockOpen(ctx, tx, p.Account); err != nil {
			return err
		}
		s.compared.Add(1)
		var err error
		if found, err = s.spend(ctx, tx, actor, p, c); err != nil || !found.right {
			return err
		}
		if err := clearFailures(ctx, tx, p.Account); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "sign-in.passcode", subject(p.Account))
	})
	if err != nil {
		found = verdict{}
	}
	return found, err
}

// lockOpen returns the account, locked, and ErrBlocked when it is blocked or
// removed.
func lockOpen(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (account.Account, error) {
	a, err := account.FindForUpdateTx(ctx, tx, id)
	if err == nil && closed(a) {
		err = ErrBlocked
	}
	return a, err
}

// lockTx returns the account, locked and opened.
func (s *Service) lockTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (account.Account, error) {
	a, err := account.FindForUpdateTx(ctx, tx, id)
	if err != nil {
		return account.Account{}, err
	}
	return a.Opened(s.ring)
}

// closed reports whether no passcode opens the account.
func closed(a account.Account) bool { return a.BlockedAt != nil || a.RemovedAt != nil }

// spend looks for the code among those that are good for a sign-in.
func (s *Service) spend(ctx context.Context, tx *postgres.Tx, actor authz.Actor, p Pending, c code) (verdict, error) {
	if c.digits != "" {
		mailed, err := s.spendMailed(ctx, tx, p, SignIn, c.digits)
		if err != nil || mailed.right || mailed.late {
			return mailed, err
		}
	}
	right, err := s.spendApp(ctx, tx, p.Account, c)
	if err == nil && right {
		err = s.proved(ctx, tx, actor, p.Account)
	}
	return verdict{right: right}, err
}

// spendMailed accepts the passcode that was sent to this step for the purpose.
func (s *Service) spendMailed(ctx context.Context, tx *postgres.Tx, p Pending, purpose Purpose, digits string) (verdict, error) {
	c, found, err := findChallenge(ctx, tx, p, purpose)
	if err != nil || !found {
		return verdict{}, err
	}
	if !tx.Now().Before(c.ExpiresAt) {
		return verdict{late: true}, nil
	}
	if digits == "" || !s.ring.CheckMAC(macPurpose, append(c.ID[:], digits...), c.Digest) {
		return verdict{}, nil
	}
	right, err := useChallenge(ctx, tx, c.ID)
	return verdict{right: right}, err
}

// block makes the account one that only the desk can open again, if its tries
// are still used up and the last of them is at least that old. It reports
// whether the account is blocked then.
func (s *Service) block(ctx context.Context, actor authz.Actor, id uuid.UUID, old time.Duration) (bool, error) {
	blocked := false
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		blocked = false
		a, err := s.lockTx(ctx, tx, id)
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
			To:     a.Told(),
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
		a, err := s.lockTx(ctx, tx, id)
		if err != nil {
			return err
		}
		limits, err := account.ReadLimits(ctx, tx)
		if err != nil {
			return err
		}
		if err := a.Usable(tx.Now(), limits); err != nil {
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

// tellNewDevice mails the owner of a sign-in from a browser that is not known.
// The first sign-in of all is expected.
func (s *Service) tellNewDevice(ctx context.Context, tx *postgres.Tx, a account.Account) error {
	if a.SignedInAt == nil {
		return nil
	}
	return s.notice(ctx, tx, a, keyNewDevice)
}

// notice mails the owner of an account, locked by the caller, what somebody
// has done with it, once in half an hour for each kind, with a code to say that
// it was somebody else (security.md 4.10). A client is told only by ways that
// they chose.
func (s *Service) notice(ctx context.Context, tx *postgres.Tx, a account.Account, key string) error {
	if a.Told().Email == "" {
		return nil
	}
	told, err := account.NoticedTx(ctx, tx, a.ID, key, noticeEvery)
	if err != nil || told {
		return err
	}
	return s.tell(ctx, tx, a, key)
}

// tell mails the owner of an account what has happened to it.
func (s *Service) tell(ctx context.Context, tx *postgres.Tx, a account.Account, key string) error {
	code, err := account.DisavowalTx(ctx, tx, s.ring, a.ID, a.Email, key)
	if err != nil {
		return err
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: key, Cause: subject(a.ID) + ":" + uuid.NewString(),
		To: a.Told(),
		Values: map[string]string{
			"Time": locale.Clock(locale.WithLanguage(ctx, a.Language), tx.Now()), account.ValueNotMe: code,
		},
	})
	return err
}
