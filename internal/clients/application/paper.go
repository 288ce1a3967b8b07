package application

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// FromPaper is the mode of a form that was completed, signed and determined
// face to face on paper while the portal was closed, and is typed in
// afterwards. It names the registered outage; there is no such mode without
// one (domain/portal.md 26).
const FromPaper Mode = "paper"

// Outage is a registered outage that has begun, in days of California, both of
// them in it.
type Outage struct {
	ID      uuid.UUID
	Kind    string
	FirstOn civil.Date
	LastOn  civil.Date // today, for one that is not over
}

// Holds reports whether the day lies in the outage.
func (o Outage) Holds(day civil.Date) bool { return !day.Before(o.FirstOn) && !day.After(o.LastOn) }

// outageRow is an outage as it is registered.
type outageRow struct {
	ID       uuid.UUID
	Kind     string
	StartsAt time.Time
	EndsAt   *time.Time
}

// on returns the outage in days, as it stands on the given one. One that lasts
// until midnight does not reach into the new day.
func (r outageRow) on(today civil.Date) Outage {
	o := Outage{ID: r.ID, Kind: r.Kind, FirstOn: civil.Of(r.StartsAt), LastOn: today}
	if r.EndsAt != nil {
		if last := civil.Of(r.EndsAt.Add(-time.Nanosecond)); last.Before(today) {
			o.LastOn = last
		}
	}
	return o
}

// begun is the condition of an outage that has begun and took place.
const begun = `
	SELECT id, kind, starts_at, ends_at
	FROM outage
	WHERE called_off_at IS NULL AND starts_at <= portal_now()`

// FindOutageTx returns a registered outage that has begun and was not called
// off, and fault.ErrNotFound for any other.
func FindOutageTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Outage, error) {
	r, err := postgres.One[outageRow](ctx, tx, begun+` AND id = $1`, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Outage{}, fault.ErrNotFound
	}
	return r.on(tx.Today()), err
}

// QueuedOutages is what a batch reads of the register.
type QueuedOutages struct{ rows []outageRow }

// maxOutages is how many outages can be chosen from.
const maxOutages = 20

// QueueOutages reads the outages of the last 90 days, the latest first, in a
// batch with the rest of what is read. More than that no date can be moved.
func QueueOutages(b *postgres.Batch) *QueuedOutages {
	q := &QueuedOutages{}
	postgres.QueueAll(b, &q.rows, begun+`
		AND (ends_at IS NULL OR ends_at > portal_now() - interval '90 days') ORDER BY starts_at DESC, id LIMIT $1`, maxOutages)
	return q
}

// Open returns the outages as they stand on the day.
func (q *QueuedOutages) Open(today civil.Date) []Outage {
	list := make([]Outage, len(q.rows))
	for i, r := range q.rows {
		list[i] = r.on(today)
	}
	return list
}

// PaperForm is a signed form on paper, as staff describe it before they type
// it in.
type PaperForm struct {
	Outage   uuid.UUID
	SignedOn civil.Date // by the client
	Kept     string     // where the paper is kept
	OnFile   bool       // the box: complete, signed by client and provider, and on file
}

// Check returns what is wrong with the paper, by field. The client has signed
// it on a day of the outage, no more than the program's number of days ago.
func (p PaperForm) Check(today civil.Date, o *Outage, mostDays int) error {
	var wrong []fault.Field
	note := func(bad bool, field string, text locale.Phrase) bool {
		if bad {
			wrong = append(wrong, fault.Field{Name: field, Text: text})
		}
		return bad
	}
	note(o == nil, "outage", locale.PaperOutageMissing)
	switch {
	case note(p.SignedOn.IsZero(), "signed", locale.PaperSignedMissing):
	case note(p.SignedOn.After(today), "signed", locale.PaperSignedFuture):
	case o != nil && !o.Holds(p.SignedOn):
		note(true, "signed", locale.PaperSignedOutside.With("From", shownDay(o.FirstOn), "To", shownDay(o.LastOn)))
	case note(today.DaysSince(p.SignedOn) > mostDays, "signed", locale.PaperSignedOld.With("Count", mostDays)):
	}
	note(p.Kept == "", "kept", locale.PaperKeptMissing)
	note(len([]rune(p.Kept)) > MaxLine, "kept", locale.SignTooLong)
	note(!p.OnFile, "on-file", locale.PaperOnFileMissing)
	return fault.InvalidFields(wrong)
}

// shownDay is a day in the words of whoever reads the message.
type shownDay civil.Date

// In returns the day in words.
func (d shownDay) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// Outages returns the outages of the last 90 days that a paper form can come
// from, the latest first. Where the search that came before is named, it must
// be one of the actor's, else ErrSearchFirst.
func (s *Service) Outages(ctx context.Context, actor authz.Actor, result uuid.UUID) ([]Outage, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return nil, fault.ErrNotFound
	}
	var list []Outage
	var first postgres.Batch
	q := QueueOutages(&first)
	err := s.db.InTxAfter(ctx, actor, &first, func(tx *postgres.Tx) error {
		list = q.Open(tx.Today())
		if result == uuid.Nil {
			return nil
		}
		_, err := s.clients.ResultIDsTx(ctx, tx, actor, result)
		if errors.Is(err, client.ErrResultExpired) {
			return ErrSearchFirst
		}
		return err
	})
	return list, err
}

// StartPaper begins the entry of a paper form and returns its id. Searching
// before and recertification are as in Start. An entry that the site has begun
// for a known client from a form of the same day is returned instead of a
// second one.
func (s *Service) StartPaper(ctx context.Context, actor authz.Actor, sub idempotency.Submission, b Begin, p PaperForm) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := site.OpenForWorkTx(ctx, tx, actor.Site); err != nil {
			return uuid.Nil, err
		}
		if err := training.GateTx(ctx, tx, actor); err != nil {
			return uuid.Nil, err
		}
		if err := p.checkTx(ctx, tx); err != nil {
			return uuid.Nil, err
		}
		a := Application{ID: uuid.Must(uuid.NewV7()), Action: New, Mode: FromPaper, ClientID: b.Client, DistinctFrom: []uuid.UUID{}}
		if _, err := s.place(ctx, tx, actor, b, &a); err != nil {
			return uuid.Nil, err
		}
		earlier, err := openPaper(ctx, tx, actor.Site, b.Client, p.SignedOn)
		if err != nil || earlier != uuid.Nil {
			return earlier, err
		}
		if err := s.insertPaper(ctx, tx, actor, &a, p); err != nil {
			return uuid.Nil, fmt.Errorf("start application from paper: %w", err)
		}
		return a.ID, audit.Record(ctx, tx, actor, "application.start", subject(a.ID), audit.Reason(string(FromPaper)))
	})
}

func (p PaperForm) checkTx(ctx context.Context, tx *postgres.Tx) error {
	most, err := setting.OverrideMaxDays.Get(ctx, tx)
	if err != nil {
		return err
	}
	var named *Outage
	o, err := FindOutageTx(ctx, tx, p.Outage)
	switch {
	case err == nil:
		named = &o
	case !errors.Is(err, fault.ErrNotFound):
		return fmt.Errorf("find outage %s: %w", p.Outage, err)
	}
	return p.Check(tx.Today(), named, most)
}

// Sheet is the paper that an application was typed in from.
type Sheet struct {
	Outage   uuid.UUID
	SignedOn civil.Date
	Kept     string
}

func paperCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "application", Column: "paper_kept_sealed", Row: id}
}

// OpenSheet opens the paper of an application that another package has read
// with the rest of its page.
func OpenSheet(ring *secret.Ring, id, outage uuid.UUID, signedOn civil.Date, kept []byte) (Sheet, error) {
	plain, err := ring.Open(paperCell(id), kept)
	return Sheet{Outage: outage, SignedOn: signedOn, Kept: plain}, err
}

// paper opens the paper that the application was typed in from, nil when it
// was not.
func (r row) paper(ring *secret.Ring) (*Sheet, error) {
	if r.OutageID == nil {
		return nil, nil
	}
	p, err := OpenSheet(ring, r.ID, *r.OutageID, r.PaperOn, r.PaperKeptSealed)
	return &p, err
}

func (s *Service) insertPaper(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a *Application, p PaperForm) error {
	n, err := nextNumber(ctx, tx)
	if err != nil {
		return err
	}
	answers, err := s.sealAnswers(a.ID, question.New(p.SignedOn))
	if err != nil {
		return err
	}
	help, err := s.ring.Seal(helpCell(a.ID), secret.Pad("", helpLength))
	if err != nil {
		return err
	}
	kept, err := s.ring.Seal(paperCell(a.ID), p.Kept)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO application (id, number, site_id, client_id, action, mode, help_sealed, state, answers_sealed, version,
		                         distinct_from, started_by, started_at, saved_at, outage_id, paper_on, paper_kept_sealed)
		VALUES (@id, @number, @site, @client, @action, 'paper', @help, 'draft', @answers, 1,
		        @distinct, @account, @now, @now, @outage, @signed, @kept)`,
		pgx.NamedArgs{
			"id": a.ID, "number": strconv.FormatInt(n, 10), "site": actor.Site, "client": orNil(a.ClientID), "action": string(a.Action),
			"help": help, "answers": answers, "distinct": a.DistinctFrom, "account": actor.Account, "now": tx.Now(),
			"outage": p.Outage, "signed": p.SignedOn, "kept": kept,
		})
	return err
}

// openPaper returns an entry from paper that the site has begun for the client
// and the day, uuid.Nil when there is none.
func openPaper(ctx context.Context, tx *postgres.Tx, site, clientID uuid.UUID, signedOn civil.Date) (uuid.UUID, error) {
	id, err := postgres.Value[uuid.UUID](ctx, tx, `
		SELECT id FROM application
		WHERE client_id = $1 AND site_id = $2 AND paper_on = $3 AND state IN ('draft', 'signed')
		ORDER BY started_at
		LIMIT 1`, clientID, site, signedOn)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return id, err
}

// FactsOn returns the day whose facts decide about the application: today, or
// the day on which the client signed the paper.
func (a Application) FactsOn(today civil.Date) civil.Date {
	if a.Paper != nil {
		return a.Paper.SignedOn
	}
	return today
}
