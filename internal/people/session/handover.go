package session

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// Rest is how long nobody may act on a device that was handed over until its
// screen is cleared (ux.md 5.5).
const Rest = 3 * time.Minute

// MostTries is how many wrong birth dates a cleared screen takes. After that
// only giving the device back is left.
const MostTries = 5

// Handover is what a session must know while staff have handed their device to
// a client: it opens that client's pages and nothing else.
type Handover struct {
	Application uuid.UUID // uuid.Nil: not handed over
	SeenAt      time.Time // the client's last act
	Tries       int       // wrong birth dates since the screen was cleared
}

// On reports whether the device is handed over.
func (h Handover) On() bool { return h.Application != uuid.Nil }

// Suspended reports whether the session is a complete sign-in whose device is
// handed over.
func (s State) Suspended() bool { return s.SignedIn() && s.Handover.On() }

// Resting reports whether the screen is cleared: from the third minute of rest
// on, by the database's clock.
func (s State) Resting() bool { return s.RestedFor() >= Rest }

// RestedFor is how long the client has not acted on a device that is handed
// over.
func (s State) RestedFor() time.Duration {
	if !s.Handover.On() {
		return 0
	}
	return s.Now.Sub(s.Handover.SeenAt)
}

// handover is Handover as it is read.
type handover struct {
	HandoverApplicationID *uuid.UUID
	HandoverSeenAt        *time.Time
	HandoverTries         int
}

const handoverColumns = `s.handover_application_id, s.handover_seen_at, s.handover_tries`

func (h handover) state() Handover {
	return Handover{Application: value(h.HandoverApplicationID), SeenAt: value(h.HandoverSeenAt).UTC(), Tries: h.HandoverTries}
}

// HandOverTx suspends a session for the client of an application, in the
// transaction of its cause. One that has ended meanwhile is ErrEnded.
func HandOverTx(ctx context.Context, tx *postgres.Tx, session, application uuid.UUID) error {
	n, err := postgres.Changed(ctx, tx, `
		UPDATE session SET handover_application_id = $2, handover_seen_at = portal_now(), handover_tries = 0
		WHERE id = $1 AND step = 'full' AND revoked_at IS NULL AND locked_at IS NULL AND handover_application_id IS NULL`,
		session, application)
	if err == nil && n == 0 {
		err = ErrEnded
	}
	return err
}

// Stir says that the client is there: the rest begins anew, unless it has
// cleared the screen already.
func (m *Manager) Stir(ctx context.Context) error {
	return m.store.touch(ctx, `
		UPDATE session SET handover_seen_at = portal_now()
		WHERE id = $1 AND revoked_at IS NULL AND handover_application_id IS NOT NULL AND portal_now() - handover_seen_at < $2`,
		visitOf(ctx).state.ID, Rest)
}

// Cover clears the screen at once.
func (m *Manager) Cover(ctx context.Context) error {
	return m.store.touch(ctx, `
		UPDATE session SET handover_seen_at = least(handover_seen_at, portal_now() - $2::interval)
		WHERE id = $1 AND revoked_at IS NULL AND handover_application_id IS NOT NULL`,
		visitOf(ctx).state.ID, Rest)
}

// GoOn takes one try to go on after the screen was cleared: whether the birth
// date was right. It returns whether the client goes on, and how many tries
// are left. Without a try left a right one does not help; tries at the same
// moment are taken one after the other.
func (m *Manager) GoOn(ctx context.Context, actor authz.Actor, right bool) (goesOn bool, left int, err error) {
	st := visitOf(ctx).state
	err = m.store.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		tries, err := postgres.Values[int](ctx, tx, `
			UPDATE session
			SET handover_tries = CASE WHEN $2 THEN 0 ELSE handover_tries + 1 END,
			    handover_seen_at = CASE WHEN $2 THEN portal_now() ELSE handover_seen_at END
			WHERE id = $1 AND revoked_at IS NULL AND handover_application_id IS NOT NULL AND handover_tries < $3
			RETURNING handover_tries`, st.ID, right, MostTries)
		if err != nil || len(tries) == 0 {
			return err
		}
		goesOn, left = right, MostTries-tries[0]
		outcome := audit.Denied()
		if right {
			outcome = func(*audit.Entry) {}
		}
		return audit.Record(ctx, tx, actor, "handover.go-on", subjectOf(st.Handover), outcome)
	})
	return goesOn, left, err
}

// TakeBack ends the suspension, after a right password or passcode of the one
// who signed in: a new token, everything else as it was.
func (m *Manager) TakeBack(ctx context.Context) error {
	if err := m.store.takeBack(ctx); err != nil {
		return err
	}
	return m.renew(ctx, func() {})
}

func subjectOf(h Handover) string { return "application:" + h.Application.String() }

// takeBack opens a suspended session again. Of one that is not suspended it
// changes nothing.
func (st *store) takeBack(ctx context.Context) error {
	state := visitOf(ctx).state
	if !state.Handover.On() {
		return nil
	}
	actor := st.actor(ctx)
	return st.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		n, err := postgres.Changed(ctx, tx, `
			UPDATE session SET handover_application_id = NULL, handover_seen_at = NULL, handover_tries = 0
			WHERE id = $1 AND revoked_at IS NULL AND handover_application_id IS NOT NULL`, state.ID)
		if err != nil || n == 0 {
			return err
		}
		return audit.Record(ctx, tx, actor, "handover.end", subjectOf(state.Handover))
	})
}

// carryOver suspends a new token as the one that it takes the place of was: a
// token that is renewed at the moment of the handing over opens nothing.
func carryOver(ctx context.Context, tx *postgres.Tx, digest, replaces []byte) error {
	_, err := tx.Exec(ctx, `
		UPDATE session n
		SET handover_application_id = o.handover_application_id, handover_seen_at = o.handover_seen_at, handover_tries = o.handover_tries
		FROM session o
		WHERE n.digest = $1 AND o.digest = $2 AND o.handover_application_id IS NOT NULL
			AND n.step = 'full' AND o.step = 'full' AND n.account_id = o.account_id`, digest, replaces)
	return err
}
