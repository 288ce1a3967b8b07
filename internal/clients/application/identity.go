package application

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// ErrPersonMissing means that it was not said who of those found the client is.
var ErrPersonMissing = fault.InvalidField("person", locale.MatchMissing)

// Look looks for records that may be those of a client whose application was
// taken, as the search before an enrollment does, and returns the id of what was
// found. An application that staff began had that search before.
func (s *Service) Look(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	a, err := s.View(ctx, actor, id)
	switch {
	case err != nil:
		return uuid.Nil, err
	case a.SiteID != actor.Site || a.Account == uuid.Nil:
		return uuid.Nil, fault.ErrNotFound
	case a.State.Decided():
		return uuid.Nil, ErrDecided
	}
	return s.clients.Candidates(ctx, actor, sub, PersonOf(a.Answers))
}

// Found reads an application that is not decided, which a client filled in alone,
// with what Look found for it.
func (s *Service) Found(ctx context.Context, actor authz.Actor, id, result uuid.UUID) (a Application, found client.Result, err error) {
	err = s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		q := Queue(&b, id)
		if err := QueueViewed(&b, tx, actor, id); err != nil {
			return err
		}
		hits, err := client.QueueResult(&b, tx, actor, result)
		if err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read application %s and search %s: %w", id, result, err)
		}
		a, err = q.Open(s.ring, tx.Today())
		switch {
		case err != nil:
			return err
		case a.SiteID != actor.Site || a.Account == uuid.Nil:
			return fault.ErrNotFound // staff began it after a search
		case a.State.Decided():
			return ErrDecided
		}
		found, err = hits.Open(s.ring, tx.Today())
		return err
	})
	return a, found, err
}

// Identify keeps who of those that were found the client of a taken application
// is, with uuid.Nil nobody: then all of them are somebody else (decisions 17).
// What was found is forgotten after half an hour (client.ErrResultExpired).
func (s *Service) Identify(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id, result, person uuid.UUID) error {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return fault.ErrNotFound
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		a, err := forWorkTx(ctx, tx, s.ring, actor, id)
		switch {
		case err != nil:
			return uuid.Nil, err
		case a.Account == uuid.Nil:
			return uuid.Nil, fault.ErrNotFound
		case a.State.Decided():
			return uuid.Nil, ErrDecided
		}
		found, err := s.clients.ResultIDsTx(ctx, tx, actor, result)
		if err != nil {
			return uuid.Nil, err
		}
		if person != uuid.Nil && !slices.Contains(found, person) {
			return uuid.Nil, ErrPersonMissing
		}
		return id, s.identify(ctx, tx, actor, a, person, found)
	})
	return err
}

func (s *Service) identify(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Application, person uuid.UUID, found []uuid.UUID) error {
	action, besides := New, slices.Clone(found)
	if besides == nil {
		besides = []uuid.UUID{}
	}
	if person != uuid.Nil {
		p, err := client.PeriodTx(ctx, tx, person)
		if err != nil {
			return err
		}
		besides = slices.DeleteFunc(besides, func(x uuid.UUID) bool { return x == person })
		if p.On(tx.Today()) == client.Active && p.Renewable(tx.Today()) {
			action = Recertify
		}
	}
	if err := setIdentity(ctx, tx, a.ID, person, action, besides); err != nil {
		return fmt.Errorf("say who applies: %w", err)
	}
	return audit.Record(ctx, tx, actor, "application.identify", subject(a.ID))
}
