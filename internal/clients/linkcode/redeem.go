package linkcode

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
)

// Joined reports whether the actor's account has a record.
func (s *Service) Joined(ctx context.Context, actor authz.Actor) (bool, error) {
	if actor.Role != authz.Client {
		return false, fault.ErrNotFound
	}
	var has bool
	var b postgres.Batch
	postgres.QueueValue(&b, &has, `SELECT EXISTS (SELECT FROM client WHERE account_id = $1)`, actor.Account)
	_, err := s.db.Read(ctx, actor, &b)
	return has, err
}

// Redeem joins the actor's account to the record that the claim names. Tries
// are counted before anything is compared; whatever is wrong is ErrWrong, and
// is kept in the audit record. Of two who type one code at once one is let in.
// A record that has an account is joined with a code of the clinic alone, and
// the other account ends; one whose owner asked for privacy, too.
func (s *Service) Redeem(ctx context.Context, actor authz.Actor, sub idempotency.Submission, c Claim) error {
	if actor.Role != authz.Client {
		return fault.ErrNotFound
	}
	if err := s.countTry(ctx, actor, c); err != nil {
		return err
	}
	_, err := idempotency.InTx(ctx, s.db, actor.AsSystem(), sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		return s.redeemTx(ctx, tx, actor, c)
	})
	if errors.Is(err, ErrWrong) {
		return errors.Join(err, s.recordFailure(ctx, actor))
	}
	return err
}

// perNumber is how often one HAP number may be tried, by whomever: birth date
// and fact are short.
const perNumber = 10

// countTry counts a try by account, by address, and by the number that is tried.
func (s *Service) countTry(ctx context.Context, actor authz.Actor, c Claim) error {
	byAccount, from, err := s.limits(ctx, actor)
	if err != nil {
		return fmt.Errorf("read limits: %w", err)
	}
	if err := ratelimit.Take(ctx, s.db, byAccount, actor.Account.String()); err != nil {
		return err
	}
	if err := ratelimit.Take(ctx, s.db, from, ratelimit.Address(actor.Origin.Address)); err != nil {
		return err
	}
	if c.Number == "" {
		return nil
	}
	limit := ratelimit.Limit{Name: "link.number", Max: perNumber, Window: Lifetime}
	return ratelimit.Take(ctx, s.db, limit, string(client.FoldHAPNumber(c.Number)))
}

// limits are those of codes that are typed (security.md 3.7), counted apart.
func (s *Service) limits(ctx context.Context, actor authz.Actor) (byAccount, from ratelimit.Limit, err error) {
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		values, err := setting.Read(ctx, tx)
		if err != nil {
			return err
		}
		if byAccount, err = setting.LimitCode.In(values); err != nil {
			return err
		}
		from, err = setting.LimitCodeFrom.In(values)
		return err
	})
	byAccount.Name, from.Name = "link.account", "link.address"
	return byAccount, from, err
}

func (s *Service) recordFailure(ctx context.Context, actor authz.Actor) error {
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		return audit.Record(ctx, tx, actor, "client.link", "client:unknown", audit.Failed())
	})
}

// found is the record that a claim names, locked.
type found struct {
	record client.Record
	code   uuid.UUID  // uuid.Nil: found by number
	old    *uuid.UUID // account that the record has
}

func (s *Service) redeemTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, c Claim) (uuid.UUID, error) {
	switch a, err := account.FindForUpdateTx(ctx, tx, actor.Account); {
	case err != nil:
		return uuid.Nil, err
	case a.RemovedAt != nil:
		return uuid.Nil, fault.ErrNotFound // closed in another tab
	}
	if err := lockJoining(ctx, tx, actor.Account); err != nil {
		return uuid.Nil, fmt.Errorf("lock account %s: %w", actor.Account, err)
	}
	switch has, err := hasRecord(ctx, tx, actor.Account); {
	case err != nil:
		return uuid.Nil, fmt.Errorf("look for a record of account %s: %w", actor.Account, err)
	case has:
		return uuid.Nil, ErrJoined
	}
	look := s.byNumber
	if c.Code != "" {
		look = s.byCode
	}
	f, err := look(ctx, tx, c)
	if err != nil {
		return uuid.Nil, err
	}
	return f.record.ID, s.joinTx(ctx, tx, actor, f)
}

// byCode finds the record of a code of a clinic.
func (s *Service) byCode(ctx context.Context, tx *postgres.Tx, c Claim) (found, error) {
	code := secret.FoldCode(c.Code)
	rows, err := lockTyped(ctx, tx, s.ring.MACs(purpose, []byte(code.Reveal())))
	if err != nil {
		return found{}, fmt.Errorf("look for link code: %w", err)
	}
	if code == "" || len(rows) == 0 || rows[0].Spent || !tx.Now().Before(rows[0].EndsAt) {
		return found{}, ErrWrong
	}
	f, err := s.lock(ctx, tx, rows[0].ClientID, c)
	f.code = rows[0].ID
	return f, err
}

// byNumber finds the record of a HAP number.
func (s *Service) byNumber(ctx context.Context, tx *postgres.Tx, c Claim) (found, error) {
	id, err := client.ByNumberTx(ctx, tx, s.ring, client.FoldHAPNumber(c.Number))
	if err != nil {
		return found{}, err
	}
	if id == uuid.Nil {
		return found{}, ErrWrong
	}
	f, err := s.lock(ctx, tx, id, c)
	if err != nil {
		return found{}, err
	}
	if f.old != nil || f.record.Contact.Confidential || !c.knows(f.record) {
		return found{}, ErrWrong
	}
	return f, nil
}

// lock reads the record for the claim. One that was born on another day is
// ErrWrong.
func (s *Service) lock(ctx context.Context, tx *postgres.Tx, id uuid.UUID, c Claim) (found, error) {
	record, err := client.FindForUpdateTx(ctx, tx, s.ring, id)
	if err != nil {
		return found{}, err
	}
	if record.BirthOn != c.BirthOn {
		return found{}, ErrWrong
	}
	old, err := accountOf(ctx, tx, id)
	return found{record: record, old: old}, err
}

// knows reports whether the fact is as the record has it. What the record does
// not have, nobody knows.
func (c Claim) knows(r client.Record) bool {
	switch c.Fact {
	case Phone:
		return client.SamePhone(c.Value, r.Contact.Phone)
	case ZIP:
		return same(firstFive(c.Value), firstFive(r.Address.ZIP))
	case SSNEnd:
		return same(strings.TrimSpace(c.Value), r.SSNEnd)
	}
	return false
}

func same(a, b string) bool {
	return b != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// firstFive are the digits of a ZIP code without those of the delivery route.
func firstFive(zip string) string {
	zip, _, _ = strings.Cut(strings.TrimSpace(zip), "-")
	return zip
}

// joinTx gives the record to the actor's account, ends the one before, and
// tells of it where the client and the clinic see it.
func (s *Service) joinTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, f found) error {
	id, how := f.record.ID, "number"
	if err := join(ctx, tx, id, actor.Account, f.old); err != nil {
		return fmt.Errorf("join client %s to an account: %w", id, err)
	}
	if f.old != nil {
		if err := account.EndClientTx(ctx, tx, actor, *f.old); err != nil {
			return err
		}
	}
	if f.code != uuid.Nil {
		how = "code"
		if err := setUsed(ctx, tx, f.code, actor.Account); err != nil {
			return fmt.Errorf("use link code %s: %w", f.code, err)
		}
	} else if _, err := endOpen(ctx, tx, id); err != nil {
		return fmt.Errorf("end link codes of client %s: %w", id, err)
	}
	if err := casenote.AddTx(ctx, tx, actor.AsSystem(), id, locale.NoteLinked); err != nil {
		return err
	}
	item := inbox.Item{Kind: inbox.Linked, Cause: "link:" + actor.Account.String(), On: tx.Today()}
	if _, err := inbox.PutTx(ctx, tx, s.ring, id, f.record.Contact, item); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "client.link", client.Subject(id), audit.Reason(how))
}
