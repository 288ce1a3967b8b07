package client

import (
	"context"
	"encoding/json"
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

const (
	maxHits = 10
	// resultLifetime is how long what a search found can be looked at, and used
	// to begin an application.
	resultLifetime = 30 * time.Minute
)

// By is the identifier that a search goes by.
type By string

// The identifiers. Each is given whole; there is no search by part of one.
const (
	ByName        By = "name"
	ByHAP         By = "hap"
	BySSN         By = "ssn"
	ByBIC         By = "bic"
	ByApplication By = "application"
)

// Query is what is searched for: the fields of its By.
type Query struct {
	By      By         `json:"by"`
	First   string     `json:"first,omitempty"`
	Last    string     `json:"last,omitempty"`
	BirthOn civil.Date `json:"birth_on,omitzero"` // of name and application
	Number  string     `json:"number,omitempty"`  // HAP number, SSN, number of a Medi-Cal card or application number
}

// Check says what is missing or cannot be: an Invalid fault by field.
func (q Query) Check(today civil.Date) error {
	var wrong []fault.Field
	note := func(bad bool, field string, text locale.Phrase) {
		if bad {
			wrong = append(wrong, fault.Field{Name: field, Text: text})
		}
	}
	switch q.By {
	case ByName:
		note(q.First == "" && q.Last == "", "first", locale.SearchNameMissing)
	case ByHAP:
		note(!FoldHAPNumber(q.Number).Valid(), "hap", locale.SearchHapWrong)
	case BySSN:
		note(!ValidSSN(q.Number), "ssn", locale.SearchSsnWrong)
	case ByBIC:
		note(!ValidBIC(q.Number), "bic", locale.SearchBicWrong)
	case ByApplication:
		note(secret.Canonical(q.Number) == "", "application", locale.SearchApplicationMissing)
	default:
		note(true, "by", locale.SearchByMissing)
	}
	if q.By == ByName || q.By == ByApplication {
		field := "birth"
		if q.By == ByApplication {
			field = "application-birth"
		}
		note(q.BirthOn.IsZero(), field, locale.SearchBirthMissing)
		note(q.BirthOn.After(today), field, locale.SearchBirthFuture)
	}
	return fault.InvalidFields(wrong)
}

// ValidSSN reports whether the digits can be a Social Security number: nine,
// not all equal, not of a range that is never given out (eligibility.md 10).
func ValidSSN(typed string) bool {
	d := onlyDigits(typed)
	if len(d) != 9 || d[0] == '9' || d[:3] == "000" || d[:3] == "666" {
		return false
	}
	return slices.ContainsFunc([]byte(d), func(b byte) bool { return b != d[0] })
}

// Service finds and shows clients.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// New returns the service.
func New(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

// Search finds clients of all sites by a whole identifier and keeps what it
// found for half an hour under the id that it returns. Over the limits it is a
// Throttled fault.
func (s *Service) Search(ctx context.Context, actor authz.Actor, sub idempotency.Submission, q Query) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.FindClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	if err := TakeSearch(ctx, s.db, actor); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := q.Check(tx.Today()); err != nil {
			return uuid.Nil, err
		}
		found, err := s.findTx(ctx, tx, q)
		if err != nil {
			return uuid.Nil, fmt.Errorf("search clients: %w", err)
		}
		id := uuid.Must(uuid.NewV7())
		typed, err := s.ring.Seal(secret.Cell{Table: "search_result", Column: "query_sealed", Row: id}, marshal(q))
		if err != nil {
			return uuid.Nil, err
		}
		ids := make([]uuid.UUID, len(found))
		for i, f := range found {
			ids[i] = f.ID
		}
		if err := insertResult(ctx, tx, actor, id, typed, ids); err != nil {
			return uuid.Nil, fmt.Errorf("keep search: %w", err)
		}
		return id, audit.Record(ctx, tx, actor, "client.search", searchSubject(id), audit.Reason(string(q.By)))
	})
}

func (s *Service) findTx(ctx context.Context, tx *postgres.Tx, q Query) ([]foundRow, error) {
	switch q.By {
	case ByHAP:
		return findByIndex(ctx, tx, s.ring, byHAP, []string{string(FoldHAPNumber(q.Number))})
	case BySSN:
		return findByIndex(ctx, tx, s.ring, bySSN, []string{onlyDigits(q.Number)})
	case ByBIC:
		return findByIndex(ctx, tx, s.ring, byBIC, []string{secret.Canonical(q.Number)})
	case ByApplication:
		found, err := findByApplication(ctx, tx, onlyDigits(q.Number))
		if err != nil || len(found) == 0 {
			return nil, err
		}
		_, born, err := found[0].open(s.ring)
		if err != nil || born != q.BirthOn {
			return nil, err
		}
		return found, nil
	}
	return findByIndex(ctx, tx, s.ring, byNameBirth, nameBirthTexts(Name{First: q.First, Last: q.Last}, q.BirthOn))
}

// Result is what a search found.
type Result struct {
	ID    uuid.UUID
	Query Query
	Hits  []Hit
	More  bool // there were more than ten: say more precisely
	Today civil.Date
}

func searchSubject(id uuid.UUID) string { return "search:" + id.String() }

// Result returns what a search of the same account found, and keeps that it was
// looked at: whole lines of the
// site's own clients, and of others no more than tells people apart. After
// half an hour it is ErrResultExpired.
func (s *Service) Result(ctx context.Context, actor authz.Actor, id uuid.UUID) (Result, error) {
	var out Result
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		q, err := QueueResult(&b, tx, actor, id)
		if err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read search: %w", err)
		}
		out, err = q.Open(s.ring, tx.Today())
		return err
	})
	return out, err
}

// QueuedResult is the result of a search that another page's batch reads.
type QueuedResult struct {
	id    uuid.UUID
	found []resultRow
	hits  []hitRow
}

// QueueResult puts the result of a search of the actor's, with its audit entry,
// into b.
func QueueResult(b *postgres.Batch, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) (*QueuedResult, error) {
	q := &QueuedResult{id: id}
	queueResult(b, &q.found, tx, actor.Account, id)
	queueHits(b, &q.hits, id)
	return q, audit.Queue(b, tx, actor, "client.search-view", searchSubject(id))
}

// Open opens what was read. A result that is gone is ErrResultExpired.
func (q *QueuedResult) Open(ring *secret.Ring, today civil.Date) (Result, error) {
	r, err := openResult(ring, q.id, q.found)
	if err != nil {
		return Result{}, err
	}
	out := Result{ID: q.id, Today: today, More: len(r.ClientIDs) > maxHits, Query: r.query}
	return out, out.take(ring, q.hits)
}

// take opens what was found.
func (r *Result) take(ring *secret.Ring, hits []hitRow) error {
	for _, h := range hits {
		hit, err := h.open(ring)
		if err != nil {
			return err
		}
		r.Hits = append(r.Hits, hit)
	}
	return nil
}

// ResultIDsTx returns the clients that a search of the same account found, for
// what must come after a search. After half an hour it is ErrResultExpired.
func (s *Service) ResultIDsTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) ([]uuid.UUID, error) {
	var found []resultRow
	var b postgres.Batch
	queueResult(&b, &found, tx, actor.Account, id)
	if err := b.Send(ctx, tx); err != nil {
		return nil, fmt.Errorf("read search: %w", err)
	}
	r, err := openResult(s.ring, id, found)
	return r.ClientIDs, err
}

// openResult opens what was typed for a search. One that is not there is
// ErrResultExpired.
func openResult(ring *secret.Ring, id uuid.UUID, found []resultRow) (resultRow, error) {
	if len(found) == 0 {
		return resultRow{}, ErrResultExpired
	}
	r := found[0]
	plain, err := ring.Open(secret.Cell{Table: "search_result", Column: "query_sealed", Row: id}, r.QuerySealed)
	if err != nil {
		return resultRow{}, err
	}
	return r, json.Unmarshal([]byte(plain), &r.query)
}

// open shows a hit. The row-level rules have left the name and number of other
// sites' clients out.
func (h hitRow) open(ring *secret.Ring) (Hit, error) {
	o := opener{ring: ring, id: h.ID}
	name, born, err := h.foundRow.open(ring)
	if err != nil {
		return Hit{}, err
	}
	hit := Hit{
		ID: h.ID, Own: h.Own, Period: h.Period,
		Initials: name.Initials(), BirthYear: born.Year, ZIP: o.text("zip_sealed", h.ZIP),
	}
	if h.Own {
		hit.Name, hit.HAP = name, HAPNumber(o.text("hap_number_sealed", h.HAP))
	}
	return hit, o.err
}
