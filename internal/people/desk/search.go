package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

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

// searches is how often somebody may search. Whoever tries one address after
// the other learns which of them a client signs in with, so the limit is that
// of the search for clients (security.md 8.7).
var searches = ratelimit.Limit{Name: "desk-search", Max: 60, Window: 10 * time.Minute}

// Bounds of what is searched for, in characters.
const (
	leastTyped = 3
	mostTyped  = 254
)

// checkTyped returns nil when a search can be made for what was typed.
func checkTyped(typed string) error {
	n := utf8.RuneCountInString(typed)
	switch {
	case n == 0:
		return fault.InvalidField("search", locale.DeskSearchMissing)
	case n < leastTyped:
		return fault.InvalidField("search", locale.DeskSearchShort)
	case n > mostTyped:
		return fault.InvalidField("search", locale.DeskSearchLong)
	}
	return nil
}

// Search finds accounts by username, e-mail, the name of a site or its NPI and
// keeps what it found for half an hour under the id that it returns. The
// beginning is enough for the workforce; a client's account is found by the
// whole username or e-mail only. Over the limit it is a Throttled fault.
func (s *Service) Search(ctx context.Context, actor authz.Actor, sub idempotency.Submission, typed string) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.AssistAccounts) {
		return uuid.Nil, fault.ErrNotFound
	}
	typed = strings.Join(strings.Fields(typed), " ")
	if err := checkTyped(typed); err != nil {
		return uuid.Nil, err
	}
	if err := ratelimit.Take(ctx, s.db, searches, actor.Account.String()); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		found, err := search(ctx, tx, account.Fold(typed), account.ClientKeys(s.ring, typed))
		if err != nil {
			return uuid.Nil, fmt.Errorf("search accounts: %w", err)
		}
		id := uuid.Must(uuid.NewV7())
		sealed, err := s.ring.Seal(typedCell(id), typed)
		if err != nil {
			return uuid.Nil, err
		}
		more := len(found) > maxHits
		if err := insertSearch(ctx, tx, actor, id, sealed, found[:min(len(found), maxHits)], more); err != nil {
			return uuid.Nil, fmt.Errorf("keep search: %w", err)
		}
		return id, audit.Record(ctx, tx, actor, "desk.search", "desk-search:"+id.String())
	})
}

func typedCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "desk_search", Column: "typed_sealed", Row: id}
}

// Hit is a found account. Of a client's there is the state alone.
type Hit struct {
	Condition
	Name     string
	Username string
	Role     authz.Role
	Sites    []string // at most three names
}

// Result is what a search found.
type Result struct {
	Typed string
	Hits  []Hit
	More  bool // there are more than twenty: say more precisely
}

// Result returns what a search of the same representative found, as it stands
// now. After half an hour it is ErrExpired.
func (s *Service) Result(ctx context.Context, actor authz.Actor, id uuid.UUID) (Result, error) {
	if !authz.Allows(actor.Role, authz.AssistAccounts) {
		return Result{}, fault.ErrNotFound
	}
	var k kept
	var out Result
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		out = Result{}
		var hits []hit
		var b postgres.Batch
		var later account.LimitsLater
		later.Add(&b)
		postgres.QueueOne(&b, &k, findSearch, id, actor.Account, tx.Now())
		postgres.QueueAll(&b, &hits, findHits, id, actor.Account, tx.Now())
		if err := b.Send(ctx, tx); errors.Is(err, pgx.ErrNoRows) {
			return ErrExpired
		} else if err != nil {
			return fmt.Errorf("read search: %w", err)
		}
		limits, err := later.Limits()
		if err != nil {
			return err
		}
		for _, h := range hits {
			out.Hits = append(out.Hits, Hit{
				Condition: h.condition(tx.Now(), limits), Name: h.account().Name(), Username: h.Username,
				Role: authz.Role(h.Role), Sites: h.Sites,
			})
		}
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	out.More = k.More
	out.Typed, err = s.ring.Open(typedCell(id), k.TypedSealed)
	return out, err
}
