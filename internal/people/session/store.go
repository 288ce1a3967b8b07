package session

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/acceptance"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// seenEvery is how often at most a read moves last_seen_at, so that pages do
// not write on every request.
const seenEvery = time.Minute

// store keeps sessions for scs. It is given digests of tokens, never tokens.
type store struct {
	db      *postgres.DB
	limits  Limits // while nobody says other ones
	current func(ctx context.Context) (Limits, error)
	origin  func(ctx context.Context) authz.Origin
}

// record is a session as scs sees it: every value a text.
type record struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

// stored is a row of the table with all that a request must know.
type stored struct {
	ID         uuid.UUID
	AccountID  *uuid.UUID
	SiteID     *uuid.UUID
	Step       Step
	PendingID  *uuid.UUID
	DeviceID   *uuid.UUID
	Shared     bool
	Data       map[string]string
	CreatedAt  time.Time
	LastSeenAt time.Time
	PasswordAt *time.Time
	PasscodeAt *time.Time
	LockedAt   *time.Time
	Now        time.Time
	Kind       string
	Name       string
	Usable     bool
	Sealed     bool
	Role       string
	SiteName   string
	SiteDetail string
	EndedFor   *string // not nil: the session has ended
	Agreed     bool
	KeptPath   *string
	KeptID     *uuid.UUID
	KeptBody   []byte
	place
	handover
}

// find reads a session that has not been ended, or whose end its browser may
// be told, with its account, membership and site, what was agreed to and what
// was kept of the page that is asked for, in one round trip.
func find(ctx context.Context, q postgres.Querier, digest []byte, page string) (stored, error) {
	return postgres.One[stored](ctx, q, `
		SELECT s.id, s.account_id, s.site_id, s.step, s.pending_id, s.device_id, s.shared, s.data,
			s.created_at, s.last_seen_at, s.password_at, s.passcode_at, s.locked_at, portal_now() AS now,
			coalesce(a.kind, '') AS kind, trim(coalesce(a.first_name, '') || ' ' || coalesce(a.last_name, '')) AS name,
			coalesce(a.sealed, false) AS sealed,
			a.id IS NULL OR coalesce(a.blocked_at, a.disabled_at, a.disabled_inactive_at, a.removed_at) IS NULL
				AND (NOT a.sealed OR coalesce(a.open_till > portal_now(), false))
				OR (s.step = 'password' AND a.removed_at IS NULL) AS usable,
			coalesce(m.role, '') AS role, coalesce(t.name, '') AS site_name,
			coalesce('NPI ' || t.npi || ' · ' || t.street || ', ' || t.city, '') AS site_detail,
			CASE WHEN s.revoked_at IS NOT NULL THEN s.ended_for END AS ended_for,
			coalesce(k.agreed, false) AS agreed, k.kept_path, k.kept_id, k.kept_body,
			`+placeColumns+`, `+handoverColumns+`
		FROM session s
		LEFT JOIN account a ON a.id = s.account_id
		LEFT JOIN LATERAL session_member(s.account_id, s.site_id) m ON s.step = 'full'
		LEFT JOIN LATERAL session_account(s.account_id, $2, $3) k ON s.step = 'full'
		LEFT JOIN site t ON t.id = s.site_id
		LEFT JOIN LATERAL session_choice(s.account_id) c ON s.step = 'full' AND s.site_id IS NOT NULL
		WHERE s.digest = $1 AND (s.revoked_at IS NULL OR s.step = 'full' AND s.ended_for IN ('limit', 'surplus'))`,
		digest, acceptance.Wanted(), page)
}

// FindCtx returns the session of a digest while it lasts, by the database's
// clock, and keeps what the request must know of it.
func (st *store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var row stored
	v := visitOf(ctx)
	err := postgres.Again(func() (err error) {
		row, err = find(ctx, st.db, digest(token), v.page)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	limits, err := st.limitsNow(ctx)
	if err != nil {
		return nil, false, err
	}
	idle := limits.idle(row.Kind, row.Shared)
	late := row.Now.Sub(row.LastSeenAt) >= idle
	switch {
	case row.EndedFor != nil:
		v.tell(row, *row.EndedFor)
		return nil, false, nil
	case !row.Usable:
		return nil, false, st.end(ctx, digest(token), st.system(ctx), endUnfit)
	case row.Now.Sub(row.CreatedAt) >= limits.Absolute, late && row.Step != Full:
		v.tell(row, endLimit)
		return nil, false, st.end(ctx, digest(token), st.system(ctx), endLimit)
	case late && row.LockedAt == nil:
		row.LockedAt = &row.Now
		err = st.touch(ctx, `UPDATE session SET locked_at = portal_now() WHERE digest = $1 AND revoked_at IS NULL`, digest(token))
	case row.LockedAt == nil && row.Now.Sub(row.LastSeenAt) >= seenEvery:
		err = st.touch(ctx, `UPDATE session SET last_seen_at = portal_now() WHERE digest = $1 AND revoked_at IS NULL`, digest(token))
	}
	if err != nil {
		return nil, false, err
	}
	v.state, v.data = row.state(idle), row.Data
	b, err := json.Marshal(record{Deadline: farAhead, Values: row.values()})
	return b, err == nil, err
}

// limitsNow are the limits that hold at this moment.
func (st *store) limitsNow(ctx context.Context) (Limits, error) {
	if st.current == nil {
		return st.limits, nil
	}
	return st.current(ctx)
}

func (st *store) touch(ctx context.Context, sql string, args ...any) error {
	_, err := st.db.Exec(ctx, sql, args...)
	return err
}

// CommitCtx writes a session back. A row that is there gets what this request
// changed of its data and nothing else, and only while it has not ended; only a
// new token makes a row. A session that was ended meanwhile stays ended
// (security.md 5.1), and what a parallel request wrote stays (5.10).
func (st *store) CommitCtx(ctx context.Context, token string, b []byte, _ time.Time) error {
	var rec record
	if err := json.Unmarshal(b, &rec); err != nil {
		return err
	}
	v, now := visitOf(ctx), dataOf(rec.Values)
	if v.lost {
		return nil
	}
	put, gone := difference(v.data, now)
	changed, err := postgres.Changed(ctx, st.db,
		`UPDATE session SET data = (data - $3::text[]) || $2::jsonb WHERE digest = $1 AND revoked_at IS NULL`, digest(token), put, gone)
	if err == nil && changed == 0 {
		err = st.create(ctx, digest(token), v.replaces, rec.Values)
	}
	if err == nil {
		v.data = now
	}
	return err
}

// create makes the row of a new token and ends the one that it replaces, which
// must not have ended before. The account is locked first, as it is by whoever
// ends its sessions, so that either sees the other.
func (st *store) create(ctx context.Context, digest, replaces []byte, values map[string]string) error {
	limits, err := st.limitsNow(ctx)
	if err != nil {
		return err
	}
	return st.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM account WHERE id = $1 FOR KEY SHARE`, id(values[keyAccount])); err != nil {
			return err
		}
		if replaces != nil {
			ended, err := postgres.Changed(ctx, tx,
				`UPDATE session SET revoked_at = portal_now() WHERE digest = $1 AND revoked_at IS NULL`, replaces)
			if err != nil {
				return err
			}
			if ended == 0 {
				return ErrEnded
			}
		}
		if err := insert(ctx, tx, digest, values, visitOf(ctx)); err != nil {
			return err
		}
		if err := carryOver(ctx, tx, digest, replaces); err != nil {
			return err
		}
		return endOldest(ctx, tx, st.system(ctx), values[keyAccount], limits)
	})
}

// insert makes the row and, for a sign-in that is complete, its line in the
// history.
func insert(ctx context.Context, tx *postgres.Tx, digest []byte, v map[string]string, by *visit) error {
	step := v[keyStep]
	if step == "" {
		step = string(None)
	}
	_, err := tx.Exec(ctx, `
		WITH history AS (
			INSERT INTO sign_in (id, account_id, agent, known, signed_in_at)
			SELECT @id, @account, @agent, @device::uuid IS NOT NULL, portal_now() WHERE @complete)
		INSERT INTO session (digest, id, account_id, site_id, step, pending_id, device_id, shared, data, agent,
			created_at, last_seen_at, password_at, passcode_at)
		VALUES (@digest, @id, @account, @site, @step, @pending, @device, @shared, @data, @agent,
			coalesce(@began, portal_now()), portal_now(),
			CASE @password WHEN 'now' THEN portal_now() ELSE nullif(@password, '')::timestamptz END,
			CASE @passcode WHEN 'now' THEN portal_now() ELSE nullif(@passcode, '')::timestamptz END)
		ON CONFLICT (digest) DO NOTHING`, pgx.NamedArgs{
		"digest": digest, "id": uuid.Must(uuid.NewV7()), "account": id(v[keyAccount]), "site": id(v[keySite]),
		"step": step, "pending": id(v[keyPending]), "device": id(v[keyDevice]), "shared": v[keyShared] != "",
		"data": dataOf(v), "began": instant(v[keyBegan]), "password": v[keyPasswordAt], "passcode": v[keyPasscodeAt],
		"agent": string(by.agent), "complete": by.complete,
	})
	return err
}

// endOldest ends the oldest sign-ins of an account beyond its limit. The lock
// makes sign-ins at the same moment count one another.
func endOldest(ctx context.Context, tx *postgres.Tx, actor authz.Actor, account string, l Limits) error {
	if id(account) == nil {
		return nil
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('session ' || $1, 0))`, account); err != nil {
		return err
	}
	ended, err := postgres.Values[uuid.UUID](ctx, tx, `
		UPDATE session SET revoked_at = portal_now(), ended_for = 'surplus' WHERE digest IN (
			SELECT digest FROM session
			WHERE account_id = $1 AND step = 'full' AND revoked_at IS NULL AND created_at > $2
			ORDER BY created_at DESC, id DESC OFFSET $3 LIMIT 100)
		RETURNING account_id`,
		account, tx.Now().Add(-l.Absolute), l.Most)
	if err != nil {
		return err
	}
	for _, id := range ended {
		if err := recordEnd(ctx, tx, actor, id, endSurplus); err != nil {
			return err
		}
	}
	return nil
}

// DeleteCtx ends a session. Its row stays, so that nothing brings it back. A
// token that is being renewed ends with the making of the new one.
func (st *store) DeleteCtx(ctx context.Context, token string) error {
	switch v := visitOf(ctx); {
	case v.lost:
		return nil
	case v.renewing:
		v.replaces = digest(token)
		return nil
	}
	return st.end(ctx, digest(token), st.actor(ctx), endSignOut)
}

// Find, Commit and Delete are asked for by scs's interface and never called:
// it prefers the ones with a context.
func (st *store) Find(token string) ([]byte, bool, error) {
	return st.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a deadline of its own.
func (st *store) Commit(token string, b []byte, expiry time.Time) error {
	return st.CommitCtx(context.Background(), token, b, expiry)
}

// Delete is DeleteCtx without a deadline of its own.
func (st *store) Delete(token string) error { return st.DeleteCtx(context.Background(), token) }

// digest is the key of the row: scs hands over the token's SHA-256 as text.
func digest(hashed string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(hashed)
	if err != nil {
		return []byte(hashed)
	}
	return b
}
