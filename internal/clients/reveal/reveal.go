// Package reveal shows what pages about a client hide, one field at a time, for
// a purpose that is kept and that the client can see (ux.md 14.5). A Social
// Security number is not among it: more than its last four digits is never
// shown (security.md 14.6).
package reveal

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Field is what pages hide.
type Field string

// The fields.
const (
	Phone   Field = "phone"
	Email   Field = "email"
	Address Field = "address"
	BIC     Field = "bic"
)

// Fields lists them in the order in which they are offered.
var Fields = []Field{Phone, Email, Address, BIC}

// names are the fields in words.
var names = map[Field]locale.Key{
	Phone: locale.RevealPhone, Email: locale.RevealEmail, Address: locale.RevealAddress, BIC: locale.RevealBic,
}

// Name returns what the field is called.
func (f Field) Name() locale.Key { return names[f] }

// ErrFieldMissing means that no field was chosen.
var ErrFieldMissing = fault.InvalidField("field", locale.RevealFieldMissing)

// maxNote is the longest reason in words.
const maxNote = 200

// Request is what somebody asks to see and why. Another purpose needs a note.
type Request struct {
	Field   Field
	Purpose client.Purpose
	Note    string
}

// Check returns nil when the request is whole, and otherwise all that is wrong.
func (r Request) Check() error {
	var wrong []fault.Field
	if !slices.Contains(Fields, r.Field) {
		wrong = append(wrong, ErrFieldMissing.Fields...)
	}
	switch {
	case !slices.Contains(client.Purposes, r.Purpose):
		wrong = append(wrong, client.ErrPurposeMissing.Fields...)
	case r.Purpose == client.ForOther && r.Note == "":
		wrong = append(wrong, fault.Field{Name: "note", Text: locale.ClientPurposeNoteMissing})
	case len([]rune(r.Note)) > maxNote:
		wrong = append(wrong, fault.Field{Name: "note", Text: locale.ClientPurposeNoteLong})
	}
	return fault.InvalidFields(wrong)
}

// Revealed is a record with the field as it is, no line when it was not given.
type Revealed struct {
	Client client.Record
	Lines  []string
}

// Service shows hidden fields.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// New returns the service.
func New(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

// Reveal returns the field, and keeps what was looked at and for which purpose
// before it is shown; a purpose in words is kept as a note on the record, sealed.
// A record that the actor may not see is fault.ErrNotFound.
func (s *Service) Reveal(ctx context.Context, actor authz.Actor, id uuid.UUID, r Request) (Revealed, error) {
	var out Revealed
	if !authz.Allows(actor.Role, authz.FindClients) {
		return out, fault.ErrNotFound
	}
	if err := r.Check(); err != nil {
		return out, err
	}
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		q, err := client.QueueUse(&b, tx, actor, id, "client.reveal", string(r.Field)+":"+string(r.Purpose))
		if err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read client %s: %w", id, err)
		}
		if out.Client, err = q.Open(s.ring); err != nil {
			return err
		}
		bic, err := q.BIC(s.ring)
		if err != nil {
			return err
		}
		out.Lines = lines(out.Client, bic, r.Field)
		if r.Purpose != client.ForOther {
			return nil
		}
		return casenote.AddWithTx(ctx, tx, s.ring, actor, id, locale.NoteRevealed, map[string]casenote.Value{
			"What": {Keys: []locale.Key{r.Field.Name()}}, "Why": {Words: r.Note},
		})
	})
	return out, err
}

// lines are the field's, without empty ones.
func lines(c client.Record, bic string, f Field) []string {
	var all []string
	switch f {
	case Phone:
		all = []string{c.Contact.Phone}
	case Email:
		all = []string{c.Contact.Email}
	case BIC:
		all = []string{bic}
	case Address:
		a := c.Address
		all = []string{a.Street, a.Apartment, a.City, a.State, a.ZIP}
	}
	return slices.DeleteFunc(all, func(line string) bool { return line == "" })
}
