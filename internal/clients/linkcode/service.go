package linkcode

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Standing returns the record with its code, and keeps that it was looked at.
func (s *Service) Standing(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (Standing, error) {
	var out Standing
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return out, fault.ErrNotFound
	}
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		var codes []Code
		var joined []bool
		queueOpen(&b, &codes, clientID, tx.Now())
		queueJoined(&b, &joined, clientID)
		q, err := client.QueueView(&b, tx, actor, clientID, "link-code")
		if err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read link code of client %s: %w", clientID, err)
		}
		if out.Client, err = q.Open(s.ring); err != nil {
			return err
		}
		if len(codes) > 0 {
			out.Code = &codes[0]
		}
		out.HasAccount = len(joined) > 0 && joined[0]
		return nil
	})
	return out, err
}

// Make makes a code for the record, in place of every one before, and leaves a
// note on the record. What it says is in the answer and nowhere else; a form
// that is sent again is ErrShown. A record that the actor may not see is
// fault.ErrNotFound.
func (s *Service) Make(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID) (Made, error) {
	var out Made
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return out, fault.ErrNotFound
	}
	code := secret.NewCode()
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := site.OpenForWorkTx(ctx, tx, actor.Site); err != nil {
			return uuid.Nil, err
		}
		record, err := client.FindForUpdateTx(ctx, tx, s.ring, clientID)
		if err != nil {
			return uuid.Nil, err
		}
		out = Made{Client: record, Code: code, EndsAt: tx.Now().Add(Lifetime)}
		return s.makeTx(ctx, tx, actor, out)
	})
	if err == nil && out.Code == "" {
		return Made{}, ErrShown
	}
	return out, err
}

func (s *Service) makeTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, m Made) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	if _, err := endOpen(ctx, tx, m.Client.ID); err != nil {
		return uuid.Nil, fmt.Errorf("end link codes of client %s: %w", m.Client.ID, err)
	}
	digest := s.ring.MAC(purpose, []byte(m.Code.Reveal()))
	if err := insert(ctx, tx, actor, id, m.Client.ID, digest, m.EndsAt); err != nil {
		return uuid.Nil, fmt.Errorf("keep link code: %w", err)
	}
	if err := casenote.AddTx(ctx, tx, actor, m.Client.ID, locale.NoteLinkCode); err != nil {
		return uuid.Nil, err
	}
	if err := audit.Record(ctx, tx, actor, "link-code.issue", subject(id)); err != nil {
		return uuid.Nil, err
	}
	return id, audit.Record(ctx, tx, actor, "client.link-code", client.Subject(m.Client.ID))
}

// Revoke ends the code of the record. It is no fault that there is none.
func (s *Service) Revoke(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID) error {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return fault.ErrNotFound
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if _, err := client.FindForUpdateTx(ctx, tx, s.ring, clientID); err != nil {
			return uuid.Nil, err
		}
		n, err := endOpen(ctx, tx, clientID)
		if err != nil || n == 0 {
			return clientID, err
		}
		return clientID, audit.Record(ctx, tx, actor, "client.link-code-end", client.Subject(clientID))
	})
	return err
}

// spentFor is how long codes stay after their end (security.md 14.7).
const spentFor = 7 * 24 * time.Hour

// Sweep forgets codes that ended long ago.
func Sweep(ctx context.Context, db *postgres.DB) error {
	return db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		n, err := removeBefore(ctx, tx, tx.Now().Add(-spentFor))
		if err != nil {
			return fmt.Errorf("forget link codes: %w", err)
		}
		if n == 0 {
			return nil
		}
		return audit.Record(ctx, tx, authz.SystemActor, "link-code.sweep", fmt.Sprintf("link-codes:%d", n))
	})
}
