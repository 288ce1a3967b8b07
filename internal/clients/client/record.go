package client

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Purpose is why a site opens the record of another site's client.
type Purpose string

// The purposes. ForEnrollment is the program's own, when an enrollment finds
// that the person has a record.
const (
	ForVisit      Purpose = "visit"
	ForCall       Purpose = "call"
	ForCorrection Purpose = "correction"
	ForOther      Purpose = "other"
	ForEnrollment Purpose = "enrollment"
)

// Purposes lists those that a person can choose.
var Purposes = []Purpose{ForVisit, ForCall, ForCorrection, ForOther}

const maxNote = 200

// Open opens the record of a client of another site to the actor's site for
// the day (decisions 27). The client must be among what a search of the same
// account found: knowing an id opens nothing. A purpose is needed, and for
// ForOther a note.
func (s *Service) Open(ctx context.Context, actor authz.Actor, sub idempotency.Submission, result, id uuid.UUID, p Purpose, note string) error {
	if !authz.Allows(actor.Role, authz.FindClients) {
		return fault.ErrNotFound
	}
	switch {
	case !slices.Contains(Purposes, p):
		return ErrPurposeMissing
	case p == ForOther && note == "":
		return fault.InvalidField("note", locale.ClientPurposeNoteMissing)
	case len([]rune(note)) > maxNote:
		return fault.InvalidField("note", locale.ClientPurposeNoteLong)
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		ids, err := s.ResultIDsTx(ctx, tx, actor, result)
		if err != nil {
			return uuid.Nil, err
		}
		if !slices.Contains(ids, id) {
			return uuid.Nil, fault.ErrNotFound
		}
		return id, OpenTx(ctx, tx, s.ring, actor, id, p, note)
	})
	return err
}

// OpenTx opens the record to the actor's site for the day. The caller has made
// sure that the actor has a right to it.
func OpenTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, id uuid.UUID, p Purpose, note string) error {
	opening := uuid.Must(uuid.NewV7())
	var sealedNote []byte
	if note != "" {
		var err error
		if sealedNote, err = ring.Seal(secret.Cell{Table: "client_opening", Column: "note_sealed", Row: opening}, note); err != nil {
			return err
		}
	}
	if err := insertOpening(ctx, tx, actor, opening, id, p, sealedNote); err != nil {
		return fmt.Errorf("open client %s: %w", id, err)
	}
	return audit.Record(ctx, tx, actor, "client.open", Subject(id), audit.Reason(string(p)))
}

// View returns the record for showing it, and keeps that it was seen: an entry
// that cannot be written shows nothing. What says which part is looked at.
func (s *Service) View(ctx context.Context, actor authz.Actor, id uuid.UUID, what string) (Record, error) {
	var out Record
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) (err error) {
		out, err = ViewTx(ctx, tx, s.ring, actor, id, what)
		return err
	})
	return out, err
}

// ViewTx is View in the transaction that reads the rest of the page.
func ViewTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, id uuid.UUID, what string) (Record, error) {
	var b postgres.Batch
	q, err := QueueView(&b, tx, actor, id, what)
	if err != nil {
		return Record{}, err
	}
	if err := b.Send(ctx, tx); err != nil {
		return Record{}, fmt.Errorf("read client %s: %w", id, err)
	}
	return q.Open(ring)
}

// Access is one time that somebody opened or changed the record, for the
// client and for the site.
type Access struct {
	At       time.Time
	Action   string
	Reason   string
	Role     authz.Role
	SiteName string // empty: not for a site
}

// AccessPage is a record with who has opened and changed it, newest first.
type AccessPage struct {
	Record Record
	Lines  []Access
}

const maxAccess = 100

// Accesses returns the last hundred times that the record was opened or
// changed.
func (s *Service) Accesses(ctx context.Context, actor authz.Actor, id uuid.UUID) (AccessPage, error) {
	var out AccessPage
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		queueAccesses(&b, &out.Lines, id)
		q, err := QueueView(&b, tx, actor, id, "access")
		if err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read accesses of client %s: %w", id, err)
		}
		out.Record, err = q.Open(s.ring)
		return err
	})
	return out, err
}

// Filter says which of the site's clients are listed.
type Filter struct {
	Show Show
	Sort Sort
	Page int // from 1
	Size int // 25, 50 or 100
}

// PageSize is how many clients a page of the list has unless asked otherwise.
const PageSize = 25

// PageSizes are how many it may have.
var PageSizes = []int{PageSize, 50, 100}

// Show is a status, or a list of the dashboard.
type Show string

// What can be shown. The zero Show is all.
const (
	ShowActive      Show = "active"
	ShowRenewable   Show = "renewable"   // active, and may be certified anew
	ShowEnding7     Show = "ending-7"    // active, ends within 7 days
	ShowEnding      Show = "ending"      // within 14 days
	ShowEnding30    Show = "ending-30"   // within 30 days
	ShowEnding60    Show = "ending-60"   // within 60 days
	ShowExpired     Show = "expired"     // and not certified anew
	ShowDeactivated Show = "deactivated" // inactive
	ShowIneligible  Show = "ineligible"
)

// Shows lists them in the order of the filter.
var Shows = []Show{ShowActive, ShowRenewable, ShowEnding7, ShowEnding, ShowEnding30, ShowEnding60, ShowExpired, ShowDeactivated, ShowIneligible}

// List is a page of the site's clients, in the order that was asked for.
type List struct {
	Lines []Line
	Total int
	Page  int
	Size  int
	Today civil.Date
}

// List returns the clients of the actor's site. They are not sorted by name:
// names are sealed (decisions 39).
func (s *Service) List(ctx context.Context, actor authz.Actor, f Filter) (List, error) {
	out := List{Page: max(f.Page, 1), Size: f.Size}
	if !slices.Contains(PageSizes, out.Size) {
		out.Size = PageSize
	}
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var rows []lineRow
		var b postgres.Batch
		queueLines(&b, &rows, tx.Today(), actor.Site, f, out.Size, (out.Page-1)*out.Size)
		if err := audit.Queue(&b, tx, actor, "client.list", "site:"+actor.Site.String()); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("list clients: %w", err)
		}
		out.Today = tx.Today()
		return out.take(s.ring, rows)
	})
	return out, err
}

// take opens what was read of the page.
func (l *List) take(ring *secret.Ring, rows []lineRow) error {
	l.Lines, l.Total = nil, 0
	for _, r := range rows {
		line, err := r.open(ring)
		if err != nil {
			return err
		}
		l.Lines, l.Total = append(l.Lines, line), r.Total
	}
	return nil
}

// open opens no more than the list shows.
func (r lineRow) open(ring *secret.Ring) (Line, error) {
	o := opener{ring: ring, id: r.ID}
	line := Line{ID: r.ID, Period: r.Period, HAP: HAPNumber(o.text("hap_number_sealed", r.HAP))}
	o.into("name_sealed", r.Name, &line.Name)
	line.BirthYear = o.date("birth_on_sealed", r.BirthOn).Year
	var c Contact
	o.into("contact_sealed", r.Contact, &c)
	line.Confidential = c.Confidential
	if o.err != nil {
		return line, o.err
	}
	if r.EnrollmentID == nil {
		return line, nil
	}
	var err error
	line.Code, err = OpenCode(ring, *r.EnrollmentID, r.Ended)
	return line, err
}
