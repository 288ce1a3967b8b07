// Package casenote keeps the notes on a client's record: those that the program
// makes with a deed, and those that people write. Notes are added and never
// changed; a correction is a new note that points to the old one.
package casenote

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

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

// The notes that the program makes, as texts of the catalogue.
const (
	Enrolled    = locale.NoteEnrolled
	Recertified = locale.NoteRecertified
	Ineligible  = locale.NoteIneligible

	Reaffirmed   = locale.NoteReaffirmed
	Changed      = locale.NoteChanged      // Sections
	ChangedEnded = locale.NoteChangedEnded // Sections, Code, Date
	Discontinued = locale.NoteDiscontinued // Code, Date
	Undone       = locale.NoteUndone

	DiscontinuedSaid = locale.NoteDiscontinuedSaid // Code, Date, Note
)

// MaxText is the greatest length of a note in characters.
const MaxText = 2000

// ErrTextMissing and ErrTextLong are about the field text.
var (
	ErrTextMissing = fault.InvalidField("text", locale.NoteTextMissing)
	ErrTextLong    = fault.InvalidField("text", locale.NoteTextLong)
)

// Note is a note on a record. Key is set when the program made it, else Text.
type Note struct {
	ID        uuid.UUID
	Key       locale.Key
	Text      string
	Role      authz.Role
	Author    string // empty: the program
	SiteName  string // empty: not of a site
	CreatedAt time.Time
	Corrects  bool // corrects an older note

	values map[string]Value // of the text that Key names
}

// Words returns what the note says.
func (n Note) Words() locale.Phrase {
	if n.Key != "" {
		return withValues(n.Key, n.values)
	}
	return locale.Words(n.Text)
}

// AddTx adds a note that the program makes with a deed of the actor.
func AddTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, clientID uuid.UUID, key locale.Key) error {
	id := uuid.Must(uuid.NewV7())
	if err := insert(ctx, tx, actor, id, clientID, key, nil, nil, uuid.Nil); err != nil {
		return fmt.Errorf("add note %s: %w", key, err)
	}
	return nil
}

// Service adds and lists notes that people write.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// New returns the service.
func New(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

// Add adds a note written by the actor; corrects names the note that it
// corrects, or uuid.Nil. A record that the actor may not see is
// fault.ErrNotFound; a site that can only be looked at (security.md 8.8) is
// what site.OpenForWorkTx says.
func (s *Service) Add(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID, text string, corrects uuid.UUID) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ReadNotes) {
		return uuid.Nil, fault.ErrNotFound
	}
	switch n := len([]rune(text)); {
	case n == 0:
		return uuid.Nil, ErrTextMissing
	case n > MaxText:
		return uuid.Nil, ErrTextLong
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if actor.Role.Provider() {
			if err := site.OpenForWorkTx(ctx, tx, actor.Site); err != nil {
				return uuid.Nil, err
			}
		}
		id := uuid.Must(uuid.NewV7())
		sealed, err := s.ring.Seal(textCell(id), text)
		if err != nil {
			return uuid.Nil, err
		}
		err = insert(ctx, tx, actor, id, clientID, "", sealed, nil, corrects)
		if postgres.Violates(err, "case_note_client_id_fkey") || denied(err) {
			return uuid.Nil, fault.ErrNotFound
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("add note: %w", err)
		}
		return id, audit.Record(ctx, tx, actor, "note.add", "client:"+clientID.String())
	})
}

// Page is a record with its notes.
type Page struct {
	Client client.Record
	Notes  []Note
}

// List returns the record with its last 200 notes, newest first, and keeps that
// they were looked at.
func (s *Service) List(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (Page, error) {
	var out Page
	if !authz.Allows(actor.Role, authz.ReadNotes) {
		return out, fault.ErrNotFound
	}
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var rows []row
		var b postgres.Batch
		queueList(&b, &rows, clientID)
		record, err := client.QueueView(&b, tx, actor, clientID, "notes")
		if err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read notes on client %s: %w", clientID, err)
		}
		if out.Client, err = record.Open(s.ring); err != nil {
			return err
		}
		out.Notes, err = open(s.ring, rows)
		return err
	})
	return out, err
}

// ListTx returns the last 200 notes on the record, newest first. The caller
// records the view.
func ListTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, clientID uuid.UUID) ([]Note, error) {
	var rows []row
	var b postgres.Batch
	queueList(&b, &rows, clientID)
	if err := b.Send(ctx, tx); err != nil {
		return nil, fmt.Errorf("list notes: %w", err)
	}
	return open(ring, rows)
}

// open opens what the notes say.
func open(ring *secret.Ring, rows []row) (notes []Note, err error) {
	notes = make([]Note, 0, len(rows))
	for _, r := range rows {
		n := r.Note
		if r.TextSealed != nil {
			if n.Text, err = ring.Open(textCell(r.ID), r.TextSealed); err != nil {
				return nil, err
			}
		}
		if n.values, err = openValues(ring, r); err != nil {
			return nil, err
		}
		notes = append(notes, n)
	}
	return notes, nil
}

func textCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "case_note", Column: "text_sealed", Row: id}
}

type row struct {
	Note
	TextSealed   []byte
	ValuesSealed []byte
}

const maxNotes = 200

func queueList(b *postgres.Batch, into *[]row, clientID uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT n.id, coalesce(n.key, '') AS key, '' AS text, n.text_sealed, n.values_sealed, n.role, n.created_at,
		       n.corrects_id IS NOT NULL AS corrects, coalesce(s.name, '') AS site_name,
		       coalesce(a.first_name || ' ' || a.last_name, '') AS author
		FROM case_note n
		LEFT JOIN site s ON s.id = n.site_id
		LEFT JOIN account a ON a.id = n.account_id
		WHERE n.client_id = $1
		ORDER BY n.created_at DESC, n.id DESC
		LIMIT $2`, clientID, maxNotes)
}

func insert(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id, clientID uuid.UUID, key locale.Key, text, values []byte, corrects uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO case_note (id, client_id, site_id, account_id, role, key, text_sealed, values_sealed, corrects_id, created_at)
		VALUES (@id, @client, @site, @account, @role, nullif(@key, ''), @text, @values, @corrects, @now)`,
		pgx.NamedArgs{
			"id": id, "client": clientID, "site": orNil(actor.Site), "account": orNil(actor.Account),
			"role": string(actor.Role), "key": string(key), "text": text, "values": values, "corrects": orNil(corrects), "now": tx.Now(),
		})
	return err
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
