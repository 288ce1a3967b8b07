package document

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Kind is what a document is.
type Kind string

// The kinds of documents.
const (
	FormCopy Kind = "form"
	Notice   Kind = "notice"
	Ending   Kind = "ending" // that coverage ends before its time
	Retro    Kind = "retro"  // about the months before the first certification
)

// Document is a document of a record as it was given.
type Document struct {
	ID       uuid.UUID
	Kind     Kind
	Language locale.Language
	MadeAt   time.Time
	MadeBy   string
}

// Made is a document that was just made. Application is uuid.Nil when it
// follows from none, ID unless the maker has chosen it.
type Made struct {
	ID          uuid.UUID
	Client      uuid.UUID
	Application uuid.UUID
	Kind        Kind
	Paper       paper.Paper
}

// The sizes that are sealed, so that a length tells little: pages of text, and
// the longest code of a language.
const (
	contentPad  = 4096
	languagePad = 2
)

// KeepTx keeps a document in the transaction of what it tells of: both happen
// or neither. What was kept is shown for ever as it is.
func KeepTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, m Made) error {
	id := m.ID
	if id == uuid.Nil {
		id = uuid.Must(uuid.NewV7())
	}
	raw, err := json.Marshal(m.Paper)
	if err != nil {
		return err
	}
	content, err := ring.Seal(contentCell(id), secret.Pad(string(raw), contentPad))
	if err != nil {
		return err
	}
	language, err := ring.Seal(languageCell(id), secret.Pad(string(m.Paper.Language), languagePad))
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, actor, id, m, language, content); err != nil {
		return fmt.Errorf("keep document %s: %w", m.Kind, err)
	}
	return nil
}

func contentCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "document", Column: "content_sealed", Row: id}
}

func languageCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "document", Column: "language_sealed", Row: id}
}

// Page is a record with its documents, newest first.
type Page struct {
	Client    client.Record
	Documents []Document
}

// List returns the documents of a record, and keeps that they were looked at.
func (s *Service) List(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (Page, error) {
	var out Page
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		var rows []row
		seen, err := client.QueueView(&b, tx, actor, clientID, "documents")
		if err != nil {
			return err
		}
		queueList(&b, &rows, clientID)
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("list documents: %w", err)
		}
		if out.Client, err = seen.Open(s.ring); err != nil {
			return err
		}
		for _, r := range rows {
			d, err := r.open(s.ring)
			if err != nil {
				return err
			}
			out.Documents = append(out.Documents, d)
		}
		return nil
	})
	return out, err
}

// Opened is one document of a record with its words.
type Opened struct {
	Client client.Record
	Document
	Paper paper.Paper
}

// Open returns a document of a record as it was given. That it was looked at,
// printed or saved is kept before it is shown; a document of another record, or
// of one that the actor may not see, is fault.ErrNotFound.
func (s *Service) Open(ctx context.Context, actor authz.Actor, clientID, id uuid.UUID, use Use) (Opened, error) {
	var out Opened
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		var rows []wholeRow
		read, err := client.QueueUse(&b, tx, actor, clientID, string(use), "document")
		if err != nil {
			return err
		}
		queueOne(&b, &rows, clientID, id)
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read document %s: %w", id, err)
		}
		if len(rows) == 0 {
			return fault.ErrNotFound
		}
		if out.Client, err = read.Open(s.ring); err != nil {
			return err
		}
		if out.Document, err = rows[0].open(s.ring); err != nil {
			return err
		}
		out.Paper, err = rows[0].paper(s.ring)
		return err
	})
	return out, err
}

func (r row) open(ring *secret.Ring) (Document, error) {
	language, err := ring.Open(languageCell(r.ID), r.LanguageSealed)
	if err != nil {
		return Document{}, err
	}
	return Document{
		ID: r.ID, Kind: r.Kind, Language: locale.Language(secret.Unpad(language)), MadeAt: r.MadeAt, MadeBy: r.MadeBy,
	}, nil
}

func (r wholeRow) paper(ring *secret.Ring) (paper.Paper, error) {
	plain, err := ring.Open(contentCell(r.ID), r.ContentSealed)
	if err != nil {
		return paper.Paper{}, err
	}
	var p paper.Paper
	if err := json.Unmarshal([]byte(plain), &p); err != nil {
		return paper.Paper{}, fmt.Errorf("read document %s: not as it was written", r.ID)
	}
	return p, nil
}
