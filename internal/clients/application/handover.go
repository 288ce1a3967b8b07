package application

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// ErrNotInPerson means that client and staff are in different places, so that
// no device can be handed over. ErrSigned means that there is nothing to hand
// it over for.
var (
	ErrNotInPerson = fault.New(fault.Conflict, locale.HandoverNotInPerson)
	ErrSigned      = fault.New(fault.Conflict, locale.HandoverSigned)
)

// Handover is a device that staff handed to the client, who filled in the
// application on it (ux.md 5.5).
type Handover struct {
	StartedAt time.Time
	SignedAt  *time.Time // nil: the client has not signed on it
	Help      []Help     // that was given meanwhile; empty: none
}

// HandOver suspends the session for the client of an application of the actor's
// site and keeps with what help the client fills it in. It is for a client who
// is there, and for an application that is not signed yet.
func (s *Service) HandOver(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id, sessionID uuid.UUID, help []Help) error {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return fault.ErrNotFound
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		a, err := forWorkTx(ctx, tx, s.ring, actor, id)
		if err == nil {
			err = a.Handable()
		}
		if err != nil {
			return uuid.Nil, err
		}
		if err := s.handOverTx(ctx, tx, actor, id, help); err != nil {
			return uuid.Nil, fmt.Errorf("hand over application %s: %w", id, err)
		}
		if err := session.HandOverTx(ctx, tx, sessionID, id); err != nil {
			return uuid.Nil, err
		}
		return id, audit.Record(ctx, tx, actor, "handover.start", subject(id))
	})
	return err
}

// Handable returns nil when a device may be handed to the client for the
// application, and otherwise why not.
func (a Application) Handable() error {
	switch {
	case a.State.Decided():
		return ErrDecided
	case a.Mode != InPerson:
		return ErrNotInPerson
	case a.Signature != nil:
		return ErrSigned
	}
	return nil
}

func (s *Service) handOverTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, application uuid.UUID, help []Help) error {
	id := uuid.Must(uuid.NewV7())
	sealed, err := s.ring.Seal(givenHelpCell(id), secret.Pad(helpText(help), allHelpLength))
	if err != nil {
		return err
	}
	return insertHandover(ctx, tx, actor, id, application, sealed)
}

// allHelpLength is the length of all the kinds of help together, so that what
// was given does not tell itself.
var allHelpLength = len(helpText(Helps))

// helpText lists the kinds of help in their order, each once.
func helpText(help []Help) string {
	var kinds []string
	for _, h := range Helps {
		if slices.Contains(help, h) {
			kinds = append(kinds, string(h))
		}
	}
	return strings.Join(kinds, " ")
}

func givenHelpCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "handover", Column: "help_sealed", Row: id}
}

// openHandover returns the latest handing over, nil when there was none.
func openHandover(ring *secret.Ring, rows []handoverRow) (*Handover, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	r := rows[0]
	plain, err := ring.Open(givenHelpCell(r.ID), r.HelpSealed)
	if err != nil {
		return nil, err
	}
	h := &Handover{StartedAt: r.StartedAt, SignedAt: r.SignedAt}
	for _, kind := range strings.Fields(secret.Unpad(plain)) {
		h.Help = append(h.Help, Help(kind))
	}
	return h, nil
}
