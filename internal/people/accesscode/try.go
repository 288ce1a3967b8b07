package accesscode

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
)

// Attempt is what somebody types to be let in.
type Attempt struct {
	Email string
	Code  string
	NPI   string // of the site, for certifiers
}

// CountTry counts a try before anything is compared (security.md 3.7). Tries
// never kill a code, so that a stranger cannot. A known device is exempt from
// the limit by address. Too many are ratelimit.ErrExceeded.
func (s *Service) CountTry(ctx context.Context, actor authz.Actor, a Attempt) error {
	byEmail, byAddress, err := s.limits(ctx, actor)
	if err != nil {
		return fmt.Errorf("read limits: %w", err)
	}
	if err := ratelimit.Take(ctx, s.db, byEmail, site.EmailKey(a.Email)); err != nil {
		return err
	}
	return ratelimit.Take(ctx, s.db, byAddress, ratelimit.Address(actor.Origin.Address))
}

func (s *Service) limits(ctx context.Context, actor authz.Actor) (byEmail, byAddress ratelimit.Limit, err error) {
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		values, err := setting.Read(ctx, tx)
		if err != nil {
			return err
		}
		if byEmail, err = setting.LimitCode.In(values); err != nil {
			return err
		}
		byAddress, err = setting.LimitCodeFrom.In(values)
		return err
	})
	return byEmail, byAddress, err
}

// TryTx compares what was typed and uses nothing up. It returns the code when
// it is good, and as refused why it is not: ErrUnknown when anything of it is
// wrong, an *Ended when it was right once. A refusal is recorded in the
// transaction, which is to be committed. A certifier whose code has run out
// inside the window is issued the next one at once, so that the page which
// says that it is on its way says the truth.
func (s *Service) TryTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Attempt) (code Code, refused, err error) {
	got, err := s.match(ctx, tx, a)
	if isFault(err, ErrUnknown) {
		return Code{}, err, audit.Record(ctx, tx, actor, "code.redeem", "access-code:unknown", audit.Failed())
	}
	if err != nil {
		return Code{}, nil, err
	}
	cause := got.redeemable(tx.Now())
	if cause == nil {
		return got.Code, nil, nil
	}
	if refused, err = s.EndedTx(ctx, tx, cause, got.Holder()); err != nil {
		return Code{}, nil, err
	}
	if isFault(cause, ErrExpired) {
		if err := s.noteOneTx(ctx, tx, got.MembershipID); err != nil {
			return Code{}, nil, fmt.Errorf("replace code %s: %w", got.ID, err)
		}
	}
	return Code{}, refused, audit.Record(ctx, tx, actor, "code.redeem", subject(got.Code.ID), audit.Failed())
}

// match returns the code that belongs to the three things that were typed.
func (s *Service) match(ctx context.Context, tx *postgres.Tx, a Attempt) (matched, error) {
	code := secret.FoldCode(a.Code)
	macs := s.ring.MACs(digestPurpose, []byte(code.Reveal())) // also for no code at all, so that it takes as long
	got, err := findByDigest(ctx, tx, macs, site.EmailKey(a.Email))
	if err != nil {
		return matched{}, err
	}
	if code == "" || got.Role == authz.Certifier && got.NPI != digits(a.NPI) {
		return matched{}, ErrUnknown
	}
	return got, nil
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// EndedTx returns the refusal of a code that was right once, with what its
// holder should do next on the day of the transaction.
func (s *Service) EndedTx(ctx context.Context, tx *postgres.Tx, cause error, to Holder) (error, error) {
	dates, err := setting.Calendar(ctx, tx)
	if err != nil {
		return nil, err
	}
	return &Ended{Err: cause, Advice: Next(cause, to, dates, tx.Today()), From: dates.ReissueFrom}, nil
}

// UseTx marks a code as used up, in the transaction that makes the account.
// The caller has locked membership and code.
func UseTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
	if err := setUsed(ctx, tx, id); err != nil {
		return fmt.Errorf("redeem access code %s: %w", id, err)
	}
	return audit.Record(ctx, tx, actor, "code.redeem", subject(id))
}

// VerifiedTx records that a code was typed right.
func VerifiedTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
	return audit.Record(ctx, tx, actor, "code.verify", subject(id))
}

// matched is a code with whom it is for.
type matched struct {
	Code
	Role      authz.Role
	NPI       string
	Enrolled  bool // the site is, or there is none
	Joined    bool // the membership has an account
	Withdrawn bool // the membership has ended
}

// Holder returns whom the code is for, as far as advice depends on it.
func (m matched) Holder() Holder { return Holder{Role: m.Role, Closed: !m.Enrolled} }

// redeemable is Code.Redeemable for what became of its membership meanwhile.
func (m matched) redeemable(at time.Time) error {
	switch {
	case m.Withdrawn:
		return ErrWithdrawn
	case m.Joined:
		return ErrUsed
	}
	return m.Code.Redeemable(at)
}

// findByDigest reads the code kept under one of the digests that was sent to
// the address.
func findByDigest(ctx context.Context, tx *postgres.Tx, digests [][]byte, emailKey string) (matched, error) {
	got, err := postgres.One[matched](ctx, tx, `
		SELECT `+Columns+`, m.role, coalesce(s.npi, '') AS npi, coalesce(s.status = 'enrolled', true) AS enrolled,
			m.account_id IS NOT NULL AS joined, m.removed_at IS NOT NULL AS withdrawn
		FROM access_code c
		JOIN membership m ON m.id = c.membership_id
		LEFT JOIN site s ON s.id = m.site_id
		WHERE c.digest = ANY($1) AND m.email_key = $2`, digests, emailKey)
	if errors.Is(err, pgx.ErrNoRows) {
		return matched{}, ErrUnknown
	}
	return got, err
}
