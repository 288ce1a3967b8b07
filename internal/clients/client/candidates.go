package client

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Candidates is Search for everybody with one of the person's identities: name
// and birth date, Social Security number or number of a Medi-Cal card. A number
// alone is enough to be shown.
func (s *Service) Candidates(ctx context.Context, actor authz.Actor, sub idempotency.Submission, p Person) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.FindClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	if err := TakeSearch(ctx, s.db, actor); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		found, err := s.candidatesTx(ctx, tx, actor, p)
		if err != nil {
			return uuid.Nil, fmt.Errorf("look for a person: %w", err)
		}
		id := uuid.Must(uuid.NewV7())
		q := Query{By: ByName, First: p.Name.First, Last: p.Name.Last, BirthOn: p.BirthOn}
		typed, err := s.ring.Seal(secret.Cell{Table: "search_result", Column: "query_sealed", Row: id}, marshal(q))
		if err != nil {
			return uuid.Nil, err
		}
		if err := insertResult(ctx, tx, actor, id, typed, found); err != nil {
			return uuid.Nil, fmt.Errorf("keep search: %w", err)
		}
		return id, audit.Record(ctx, tx, actor, "client.search", searchSubject(id), audit.Reason("identity"))
	})
}

func (s *Service) candidatesTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, p Person) ([]uuid.UUID, error) {
	var b postgres.Batch
	q := queueMatch(&b, s.ring, actor.Account, p)
	if err := b.Send(ctx, tx); err != nil {
		return nil, err
	}
	ids := []uuid.UUID{}
	for _, kind := range identity {
		if q.rows[kind] == nil {
			continue
		}
		for _, f := range *q.rows[kind] {
			if !slices.Contains(ids, f.ID) {
				ids = append(ids, f.ID)
			}
		}
	}
	return ids, nil
}

// LinkAccountTx makes the record the account's own and reports whether it did:
// not when the record is another account's or the account has another record.
// It is for an application of the account that the actor's site has gone through
// with the client.
func LinkAccountTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id, account uuid.UUID) (bool, error) {
	linked, err := postgres.Value[bool](ctx, tx, `SELECT client_link_account($1, $2)`, id, account)
	if err != nil {
		return false, fmt.Errorf("link account to client %s: %w", id, err)
	}
	outcome := []audit.Option{}
	if !linked {
		outcome = append(outcome, audit.Denied())
	}
	return linked, audit.Record(ctx, tx, actor, "client.link-account", Subject(id), outcome...)
}
