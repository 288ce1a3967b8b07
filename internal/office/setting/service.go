package setting

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// Refusals of a change.
var (
	errUnfitTyped = fault.InvalidField("value", locale.SettingsUnfit)
	errSame       = fault.InvalidField("value", locale.SettingsSame)
	errDates      = fault.InvalidField("value", locale.SettingsDates)
	errNoReason   = fault.InvalidField("reason", locale.SettingsReasonMissing)
	errLongReason = fault.InvalidField("reason", locale.SettingsReasonLong)
)

// MaxReason is the longest reason of a change.
const MaxReason = 500

// Service shows the parameters and their changes to OFP, who changes them. It
// may be used from several goroutines at once.
type Service struct{ db *postgres.DB }

// NewService returns the service on a database.
func NewService(db *postgres.DB) *Service { return &Service{db: db} }

// Changed is one change of a parameter.
type Changed struct {
	Name      string
	Was       *string // nil: the value that the program began with
	Value     string
	Reason    string
	By        string // empty: the program itself
	ChangedAt time.Time
	Total     int // changes in all
}

// Overview is what holds now, and how it came to be.
type Overview struct {
	Values  Values
	Newest  map[string]Changed // the last change of each parameter that was changed
	History []Changed          // the newest first
	Total   int
}

// Overview returns the values that hold now and a page of the changes.
func (s *Service) Overview(ctx context.Context, actor authz.Actor, page, size int) (Overview, error) {
	if !authz.Allows(actor.Role, authz.ManageSettings) {
		return Overview{}, fault.ErrNotFound
	}
	var o Overview
	var newest []Changed
	var reads postgres.Batch
	postgres.QueueAll(&reads, &newest, `SELECT DISTINCT ON (c.name) `+changedColumns+changes+` ORDER BY c.name, c.id DESC`)
	postgres.QueueAll(&reads, &o.History, `SELECT `+changedColumns+changes+` ORDER BY c.id DESC LIMIT $1 OFFSET $2`, size, (max(page, 1)-1)*size)
	if _, err := s.db.Read(ctx, actor, &reads); err != nil {
		return Overview{}, fmt.Errorf("read settings: %w", err)
	}
	o.Values, o.Newest = Values{}, map[string]Changed{}
	for _, c := range newest {
		o.Values[c.Name], o.Newest[c.Name] = c.Value, c
	}
	if len(o.History) > 0 {
		o.Total = o.History[0].Total
	}
	return o, nil
}

// Value returns what a parameter of the catalog is now.
func (s *Service) Value(ctx context.Context, actor authz.Actor, name string) (Parameter, string, error) {
	p, known := Find(name)
	if !known || !authz.Allows(actor.Role, authz.ManageSettings) {
		return Parameter{}, "", fault.ErrNotFound
	}
	values, err := findValue(ctx, s.db, name)
	if err != nil {
		return Parameter{}, "", fmt.Errorf("read setting %s: %w", name, err)
	}
	return p, p.In(values), nil
}

// Change sets a parameter of the catalog to what was typed, for a reason. What
// the parameter cannot be, and dates of the program that would not follow one
// another, are faults of the field "value".
func (s *Service) Change(ctx context.Context, actor authz.Actor, sub idempotency.Submission, name, text, reason string) error {
	p, known := Find(name)
	if !known || !authz.Allows(actor.Role, authz.ManageSettings) {
		return fault.ErrNotFound
	}
	reason = strings.TrimSpace(reason)
	kept, fits := p.Keep(strings.TrimSpace(text))
	if err := checkChange(fits, reason); err != nil {
		return err
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		return uuid.Must(uuid.NewV7()), p.setTx(ctx, tx, actor, kept, reason)
	})
	return err
}

func checkChange(fits bool, reason string) error {
	var wrong []fault.Field
	if !fits {
		wrong = append(wrong, errUnfitTyped.Fields...)
	}
	switch {
	case reason == "":
		wrong = append(wrong, errNoReason.Fields...)
	case len([]rune(reason)) > MaxReason:
		wrong = append(wrong, errLongReason.Fields...)
	}
	return fault.InvalidFields(wrong)
}

func (p Parameter) setTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, kept, reason string) error {
	if err := lock(ctx, tx); err != nil {
		return err
	}
	values, err := Read(ctx, tx)
	if err != nil {
		return err
	}
	if p.In(values) == kept {
		return errSame
	}
	values[p.Name] = kept
	if _, err := values.Calendar(); errors.Is(err, ErrUnfit) {
		return errDates
	}
	if err := insert(ctx, tx, actor, p.Name, kept, reason); err != nil {
		return fmt.Errorf("change setting %s: %w", p.Name, err)
	}
	return audit.Record(ctx, tx, actor, "setting.change", "setting:"+p.Name, audit.Fields(p.Name))
}

// lock lets one change after the other be judged by what holds then.
func lock(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('setting', 0))`)
	return err
}

const changedColumns = `c.name, c.was, c.value, c.reason, c.by, c.changed_at, c.total`

// changes are the changes of all parameters with what was before each.
const changes = ` FROM (
	SELECT s.id, s.name, lag(s.value) OVER (PARTITION BY s.name ORDER BY s.id) AS was, s.value, s.reason,
		coalesce(a.first_name || ' ' || a.last_name, '') AS by, s.changed_at, (count(*) OVER ())::int AS total
	FROM setting s LEFT JOIN account a ON a.id = s.changed_by) c`
