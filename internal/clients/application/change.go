package application

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// The faults of a change that is about to begin.
var (
	ErrSectionsMissing = fault.InvalidField("sections", locale.ChangeSectionsMissing)
	ErrNoAnswers       = fault.New(fault.Conflict, locale.ChangeNoAnswers)
)

// Choice is what is chosen when a change is begun: how client and staff meet,
// and the sections in which something has changed.
type Choice struct {
	Mode     Mode
	Sections []question.Section
}

// Check returns what is wrong with the choice, by field.
func (c Choice) Check() error {
	var wrong []fault.Field
	if len(c.Sections) == 0 || slices.ContainsFunc(c.Sections, func(s question.Section) bool { return !slices.Contains(question.Sections, s) }) {
		wrong = append(wrong, fault.Field{Name: "sections", Text: locale.ChangeSectionsMissing})
	}
	if !slices.Contains(StaffModes, c.Mode) {
		wrong = append(wrong, fault.Field{Name: "mode", Text: locale.EnrollModeMissing})
	}
	return fault.InvalidFields(wrong)
}

// StartChangeTx begins a change of the client's answers in force, which it
// starts with, and returns its id. One that the site has begun already gets the
// chosen sections as well. A client of whom no answers are kept is
// ErrNoAnswers. The caller has locked the client.
func StartChangeTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, clientID uuid.UUID, c Choice) (uuid.UUID, error) {
	if err := c.Check(); err != nil {
		return uuid.Nil, err
	}
	begun, err := openChange(ctx, tx, actor.Site, clientID)
	if err != nil {
		return uuid.Nil, err
	}
	if begun != uuid.Nil {
		return begun, addSections(ctx, tx, begun, c)
	}
	last, err := InForceTx(ctx, tx, ring, clientID)
	switch {
	case err != nil:
		return uuid.Nil, err
	case last == nil:
		return uuid.Nil, ErrNoAnswers
	}
	a := Application{
		ID: uuid.Must(uuid.NewV7()), Action: Change, Mode: c.Mode, ClientID: clientID, DistinctFrom: []uuid.UUID{},
		BasedOn: last.ID, Sections: c.Sections,
	}
	if err := insertChange(ctx, tx, ring, actor, a, last.Answers); err != nil {
		return uuid.Nil, fmt.Errorf("start change: %w", err)
	}
	return a.ID, audit.Record(ctx, tx, actor, "application.start", subject(a.ID), audit.Reason(string(Change)))
}

func insertChange(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, a Application, answers question.Answers) error {
	s := &Service{ring: ring}
	n, err := nextNumber(ctx, tx)
	if err != nil {
		return err
	}
	a.Number = strconv.FormatInt(n, 10)
	sealed, err := s.sealAnswers(a.ID, answers)
	if err != nil {
		return err
	}
	help, err := ring.Seal(helpCell(a.ID), secret.Pad("", helpLength))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO application (id, number, site_id, client_id, action, mode, help_sealed, state, answers_sealed, version,
		                         distinct_from, started_by, started_at, saved_at, based_on, sections)
		VALUES (@id, @number, @site, @client, @action, @mode, @help, 'draft', @answers, 1,
		        @distinct, @account, @now, @now, @based, @sections)`,
		pgx.NamedArgs{
			"id": a.ID, "number": a.Number, "site": actor.Site, "client": a.ClientID, "action": string(a.Action),
			"mode": string(a.Mode), "help": help, "answers": sealed, "distinct": a.DistinctFrom,
			"account": actor.Account, "now": tx.Now(), "based": a.BasedOn, "sections": a.Sections,
		})
	return err
}

// openChange returns the change of the client that the site has begun and
// not recorded, uuid.Nil when there is none.
func openChange(ctx context.Context, tx *postgres.Tx, site, clientID uuid.UUID) (uuid.UUID, error) {
	id, err := postgres.Value[uuid.UUID](ctx, tx, `
		SELECT id FROM application
		WHERE site_id = $1 AND client_id = $2 AND action = 'change' AND state IN ('draft', 'signed')`, site, clientID)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return id, err
}

// DropTx deletes an application of the actor's site that was not decided. The
// caller has locked it.
func DropTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
	if _, err := remove(ctx, tx, id, actor.Site); err != nil {
		return fmt.Errorf("delete draft: %w", err)
	}
	return audit.Record(ctx, tx, actor, "application.delete", subject(id))
}

// addSections adds to what was chosen. The way of meeting is that of the last
// choice.
func addSections(ctx context.Context, tx *postgres.Tx, id uuid.UUID, c Choice) error {
	if _, err := tx.Exec(ctx, `
		UPDATE application
		SET mode = $2, sections = ARRAY(SELECT DISTINCT s FROM unnest(sections || $3::text[]) AS s ORDER BY s)
		WHERE id = $1`, id, string(c.Mode), c.Sections); err != nil {
		return fmt.Errorf("add sections to change: %w", err)
	}
	return nil
}

// QueuedLast are the answers in force that a batch reads.
type QueuedLast struct{ rows []lastRow }

// QueueInForce reads the answers that the client's last determination stands
// on, in a batch with the rest of the page.
func QueueInForce(b *postgres.Batch, clientID uuid.UUID) *QueuedLast {
	q := &QueuedLast{}
	postgres.QueueAll(b, &q.rows, selectLast, clientID)
	return q
}

// Open returns the answers, to be judged by the given day, and nil when none
// are kept.
func (q *QueuedLast) Open(ring *secret.Ring, on civil.Date) (*Last, error) {
	if len(q.rows) == 0 {
		return nil, nil
	}
	r := q.rows[0]
	answers, err := openAnswers(ring, r.ID, r.AnswersSealed, on)
	return &Last{ID: r.ID, Answers: answers, On: r.DecidedAt}, err
}

// InForceTx is QueueInForce in a round trip of its own.
func InForceTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, clientID uuid.UUID) (*Last, error) {
	var b postgres.Batch
	q := QueueInForce(&b, clientID)
	if err := b.Send(ctx, tx); err != nil {
		return nil, fmt.Errorf("read answers in force: %w", err)
	}
	return q.Open(ring, tx.Today())
}

// Changed returns the questions whose answers the change has changed.
func (a Application) Changed() []question.ID {
	if a.Action != Change || a.Last == nil {
		return nil
	}
	return slices.DeleteFunc(question.Changed(a.Last.Answers, a.Answers), func(id question.ID) bool {
		before, _ := a.Last.Answers.Get(id)
		after, _ := a.Answers.Get(id)
		return maps.EqualFunc(filled(before), filled(after), slices.Equal[[]string])
	})
}

// filled is an answer without its empty fields: whether one was sent empty or
// not at all is no change.
func filled(x question.Answer) question.Answer {
	out := maps.Clone(x)
	maps.DeleteFunc(out, func(_ string, values []string) bool { return strings.TrimSpace(strings.Join(values, "")) == "" })
	return out
}

// Editable lists the sections of a change that are to be edited: those that
// were chosen, and those in which a question has no good answer any more.
func (a Application) Editable() []question.Section {
	var list []question.Section
	missing := question.Missing(a.Answers)
	for _, s := range question.Sections {
		if slices.Contains(a.Sections, s) || slices.ContainsFunc(missing, func(id question.ID) bool { return question.SectionOf(id) == s }) {
			list = append(list, s)
		}
	}
	return list
}

// Groups names the sections of the questions, in their order.
func Groups(changed []question.ID) []string { return groups(changed) }

func sectionsOf(names []string) []question.Section {
	list := make([]question.Section, len(names))
	for i, n := range names {
		list[i] = question.Section(n)
	}
	return list
}
