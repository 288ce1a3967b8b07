package registration

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// answers is everything that was typed, sealed in one cell.
type answers struct {
	Mail     Mail
	Language locale.Language
	First    string
	Last     string
	BornOn   string
	Email    string
	Username string
	App      string // the authenticator app's key
	Step     int64
	Recovery []passcode.Kept
}

// answersLength is the length to which the answers are filled up: what was
// typed does not show in the size (security.md 12).
const answersLength = 1024

func cell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "registration", Column: "answers_sealed", Row: id}
}

func (d Draft) seal(ring *secret.Ring) ([]byte, error) {
	a := answers{
		Mail: d.Mail, Language: d.language, First: d.Person.First, Last: d.Person.Last, Email: d.Email,
		Username: d.Username, App: d.Secret, Step: d.step, Recovery: d.recovery,
	}
	if !d.Person.BornOn.IsZero() {
		a.BornOn = d.Person.BornOn.String()
	}
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return ring.Seal(cell(d.ID), secret.Pad(string(text), answersLength))
}

func (d *Draft) open(ring *secret.Ring, sealed []byte) error {
	text, err := ring.Open(cell(d.ID), sealed)
	if err != nil {
		return err
	}
	var a answers
	if err := json.Unmarshal([]byte(secret.Unpad(text)), &a); err != nil {
		return errors.New("answers of a registration cannot be read")
	}
	d.Mail, d.language, d.Email, d.Username = a.Mail, a.Language, a.Email, a.Username
	d.Secret, d.step, d.recovery = a.App, a.Step, a.Recovery
	d.Person = Person{First: a.First, Last: a.Last}
	if a.BornOn != "" {
		d.Person.BornOn, err = civil.Parse(a.BornOn)
	}
	return err
}

type row struct {
	ID            uuid.UUID
	StartedAt     time.Time
	AnswersSealed []byte
	PasswordHash  string
	AskedAt       *time.Time
	Asks          int
	Proved        bool
	AccountID     *uuid.UUID
}

// find reads the way of a session; lock is "" or " FOR UPDATE".
func find(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, session, lock string) (Draft, error) {
	if session == "" {
		return Draft{}, ErrNone
	}
	r, err := postgres.One[row](ctx, tx, `
		SELECT id, started_at, answers_sealed, coalesce(password_hash, '') AS password_hash, asked_at, asks,
			proved_at IS NOT NULL AS proved, account_id
		FROM registration WHERE session = $1`+lock, session)
	if errors.Is(err, pgx.ErrNoRows) {
		return Draft{}, ErrNone
	}
	if err != nil {
		return Draft{}, err
	}
	if !tx.Now().Before(r.StartedAt.Add(Lifetime)) {
		return Draft{}, ErrNone
	}
	d := Draft{
		ID: r.ID, Asked: r.AskedAt != nil, Resting: r.AskedAt != nil && tx.Now().Before(r.AskedAt.Add(pause)),
		Proved: r.Proved, Account: r.AccountID, asks: r.Asks, hash: r.PasswordHash,
	}
	if r.AccountID != nil {
		return d, nil
	}
	return d, d.open(ring, r.AnswersSealed)
}

// insert begins the way of a session, in the place of one that was finished or
// has lapsed.
func insert(ctx context.Context, tx *postgres.Tx, session string, id uuid.UUID, sealed []byte) error {
	batch := &pgx.Batch{}
	batch.Queue(`DELETE FROM registration WHERE session = $1`, session)
	batch.Queue(`INSERT INTO registration (id, session, started_at, answers_sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT ON CONSTRAINT registration_session_key DO NOTHING`, id, session, tx.Now(), sealed)
	return tx.SendBatch(ctx, batch).Close()
}

// save stores the answers as they are now.
func save(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, d Draft) error {
	sealed, err := d.seal(ring)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE registration SET answers_sealed = $2 WHERE id = $1`, d.ID, sealed)
	return err
}

func setHash(ctx context.Context, tx *postgres.Tx, id uuid.UUID, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE registration SET password_hash = $2 WHERE id = $1`, id, hash)
	return err
}

// unprove forgets what was shown to be at hand: it belongs to another address
// or to another way.
func unprove(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE registration
		SET proved_at = NULL, ask_id = NULL, asked_at = NULL, code_digest = NULL, tries = 0 WHERE id = $1`, id)
	return err
}

func setAsked(ctx context.Context, tx *postgres.Tx, id, ask uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE registration
		SET ask_id = $2, asked_at = $3, asks = asks + 1, code_digest = NULL, tries = 0 WHERE id = $1`, id, ask, tx.Now())
	return err
}

// raise counts one more try at the mailed code, before it is compared, and
// reports false when there is none left.
func raise(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `UPDATE registration SET tries = tries + 1 WHERE id = $1 AND tries < $2`, id, mostTry)
	return n == 1, err
}

// asking is the newest code of a way.
type asking struct {
	AskID      *uuid.UUID
	AskedAt    *time.Time
	CodeDigest []byte
}

func findAsking(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (asking, error) {
	return postgres.One[asking](ctx, tx, `SELECT ask_id, asked_at, code_digest FROM registration WHERE id = $1`, id)
}

func setDigest(ctx context.Context, tx *postgres.Tx, ask uuid.UUID, digest []byte) error {
	_, err := tx.Exec(ctx, `UPDATE registration SET code_digest = $2 WHERE ask_id = $1`, ask, digest)
	return err
}

func setProved(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE registration SET proved_at = $2, code_digest = NULL WHERE id = $1`, id, tx.Now())
	return err
}

// finish empties the way whose account exists.
func finish(ctx context.Context, tx *postgres.Tx, id, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE registration SET account_id = $2, finished_at = $3, answers_sealed = NULL,
		password_hash = NULL, code_digest = NULL WHERE id = $1`, id, account, tx.Now())
	return err
}

func remove(ctx context.Context, tx *postgres.Tx, session string) (int64, error) {
	return postgres.Changed(ctx, tx, `DELETE FROM registration WHERE session = $1`, session)
}

// SweepTx deletes what was begun longer ago than its time, finished or not, and
// returns how many. The job that tidies up calls it.
func SweepTx(ctx context.Context, tx *postgres.Tx) (int64, error) {
	return postgres.Changed(ctx, tx, `DELETE FROM registration WHERE id IN (
		SELECT id FROM registration WHERE started_at <= $1 LIMIT 5000)`, tx.Now().Add(-Lifetime))
}
