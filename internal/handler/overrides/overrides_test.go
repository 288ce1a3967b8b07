package overrides_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/override"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/overrides"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/markup"
)

// queue has one request, and keeps what was decided.
type queue struct {
	line   override.Line
	own    bool
	may    error
	as     override.State
	answer string
	many   []uuid.UUID
	err    error
}

func (q *queue) Queue(_ context.Context, _ authz.Actor, _ override.Filter) (override.List, error) {
	return override.List{Lines: []override.Line{q.line}, Total: 1}, nil
}

func (q *queue) Review(context.Context, authz.Actor, uuid.UUID) (override.Review, error) {
	return override.Review{
		Request: override.Answered{Line: q.line, Kept: "binder 3"}, Own: q.own, May: q.may,
		Client: client.Record{Name: client.Name{First: "Rosa", Last: "Delgado"}},
	}, nil
}

func (q *queue) Approve(context.Context, authz.Actor, idempotency.Submission, uuid.UUID) error {
	q.as = override.Approved
	return q.err
}

func (q *queue) Refuse(_ context.Context, _ authz.Actor, _ idempotency.Submission, _ uuid.UUID, as override.State, answer string) error {
	q.as, q.answer = as, answer
	return q.err
}

func (q *queue) ApproveMany(_ context.Context, _ authz.Actor, _ idempotency.Submission, ids []uuid.UUID) (override.Many, error) {
	q.many = ids
	return override.Many{Approved: len(ids)}, q.err
}

func newQueue() *queue {
	day := civil.MustParse
	return &queue{line: override.Line{
		ID: uuid.New(), ClientID: uuid.New(), Number: "1000001", SiteName: "North Clinic", Asked: "Tess Tester", RequestedAt: time.Unix(1776700000, 0),
		Reason: override.Planned, StartsOn: day("2026-04-18"), PaperOn: day("2026-04-18"), EnteredOn: day("2026-04-20"),
		MovedFrom: day("2026-04-20"), Within: true, State: override.Submitted,
	}}
}

func serve(t *testing.T, q *queue, method, path string, fields url.Values) (*httptest.ResponseRecorder, error) {
	t.Helper()
	h, router := overrides.New(q), chi.NewRouter()
	var failed error
	for pattern, pair := range map[string][2]handler.Func{
		"/ofp/overrides": {h.ShowQueue, nil}, "/ofp/overrides/together": {h.ShowTogether, h.ApproveTogether}, "/ofp/overrides/{id}": {h.Show, h.Decide},
	} {
		for i, m := range []string{http.MethodGet, http.MethodPost} {
			if fn := pair[i]; fn != nil {
				router.Method(m, pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { failed = fn(w, r) }))
			}
		}
	}
	req := httptest.NewRequestWithContext(handler.WithVisit(t.Context(), handler.Visit{}, func(context.Context, string) {}), method, path, strings.NewReader(fields.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	router.ServeHTTP(rec, req)
	if failed == nil && rec.Code != http.StatusSeeOther {
		for _, wrong := range markup.Check(rec.Body.String()) {
			t.Errorf("%s: %s", path, wrong)
		}
	}
	return rec, failed
}

func TestDecide(t *testing.T) {
	for name, tt := range map[string]struct {
		fields url.Values
		err    error
		status int // 0: the error is passed on
		as     override.State
		says   locale.Key
	}{
		"approved":     {url.Values{"decision": {"approved"}}, nil, http.StatusSeeOther, override.Approved, ""},
		"denied":       {url.Values{"decision": {"denied"}, "answer-denied": {"Not signed"}, "answer-returned": {"other"}}, nil, http.StatusSeeOther, override.Denied, ""},
		"returned":     {url.Values{"decision": {"returned"}, "answer-returned": {"Not signed"}}, nil, http.StatusSeeOther, override.Returned, ""},
		"nothing":      {url.Values{}, nil, http.StatusUnprocessableEntity, "", locale.OverridesDecisionMissing},
		"unknown":      {url.Values{"decision": {"submitted"}}, nil, http.StatusUnprocessableEntity, "", locale.OverridesDecisionMissing},
		"no word":      {url.Values{"decision": {"denied"}}, override.ErrNoAnswer, http.StatusUnprocessableEntity, override.Denied, locale.OverrideAnswerMissing},
		"second":       {url.Values{"decision": {"approved"}}, override.ErrDecided, http.StatusConflict, override.Approved, locale.OverrideDecided},
		"overtaken":    {url.Values{"decision": {"approved"}}, override.ErrOvertaken, http.StatusConflict, override.Approved, locale.OverrideOvertaken},
		"own":          {url.Values{"decision": {"approved"}}, override.ErrOwn, http.StatusForbidden, override.Approved, locale.OverrideOwn},
		"not there":    {url.Values{"decision": {"approved"}}, fault.ErrNotFound, 0, override.Approved, ""},
		"changed form": {url.Values{"decision": {"approved"}}, idempotency.ErrChanged, 0, override.Approved, ""},
	} {
		q := newQueue()
		q.err = tt.err
		rec, err := serve(t, q, http.MethodPost, "/ofp/overrides/"+q.line.ID.String(), tt.fields)
		switch {
		case tt.status == 0:
			if !errors.Is(err, tt.err) {
				t.Errorf("%s: %v", name, err)
			}
		case err != nil || rec.Code != tt.status:
			t.Errorf("%s = %d, %v, want %d", name, rec.Code, err, tt.status)
		}
		if q.as != tt.as {
			t.Errorf("%s: decided as %q, want %q", name, q.as, tt.as)
		}
		if tt.says != "" && !strings.Contains(rec.Body.String(), locale.T(t.Context(), tt.says)) {
			t.Errorf("%s: the page does not say %s", name, tt.says)
		}
		if tt.err == nil && (tt.as == override.Denied || tt.as == override.Returned) && q.answer != "Not signed" {
			t.Errorf("%s: the answer is %q", name, q.answer)
		}
	}
}

// Approval is offered only where it can be given, and nothing to who asked.
func TestOffered(t *testing.T) {
	for name, tt := range map[string]struct {
		change         func(q *queue)
		approve, forms bool
	}{
		"waits":       {func(*queue) {}, true, true},
		"unqualified": {func(q *queue) { q.may = override.ErrUnqualified }, false, true},
		"own":         {func(q *queue) { q.own = true }, false, false},
		"decided": {func(q *queue) {
			q.line.State, q.line.DecidedAt = override.Approved, &q.line.RequestedAt
		}, false, false},
	} {
		q := newQueue()
		tt.change(q)
		rec, err := serve(t, q, http.MethodGet, "/ofp/overrides/"+q.line.ID.String(), nil)
		page := rec.Body.String()
		if err != nil || strings.Contains(page, `value="approved"`) != tt.approve || strings.Contains(page, `name="decision"`) != tt.forms {
			t.Errorf("%s: %v, approval %v, form %v", name, err, strings.Contains(page, `value="approved"`), strings.Contains(page, `name="decision"`))
		}
	}
}

func TestTogether(t *testing.T) {
	q := newQueue()
	if rec, err := serve(t, q, http.MethodGet, "/ofp/overrides", nil); err != nil || !strings.Contains(rec.Body.String(), "/ofp/overrides/together") {
		t.Errorf("the queue does not lead to it: %v", err)
	}
	rec, err := serve(t, q, http.MethodGet, "/ofp/overrides/together?outage="+uuid.NewString(), nil)
	if err != nil || !strings.Contains(rec.Body.String(), q.line.ID.String()) {
		t.Errorf("the request is not offered: %v", err)
	}
	if rec, err := serve(t, q, http.MethodPost, "/ofp/overrides/together", url.Values{"request": {q.line.ID.String(), "nonsense"}}); err != nil || rec.Code != http.StatusSeeOther || len(q.many) != 1 {
		t.Errorf("approved = %d, %v, %v", rec.Code, err, q.many)
	}
	q.err = override.ErrNobody
	if rec, err := serve(t, q, http.MethodPost, "/ofp/overrides/together", url.Values{}); err != nil || rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("nobody ticked = %d, %v", rec.Code, err)
	}
	q.err = override.ErrOutside
	if _, err := serve(t, q, http.MethodPost, "/ofp/overrides/together", url.Values{"request": {q.line.ID.String()}}); !errors.Is(err, override.ErrOutside) {
		t.Errorf("one outside: %v, want it passed on", err)
	}
	q.line.Within = false
	if rec, err := serve(t, q, http.MethodGet, "/ofp/overrides/together", nil); err != nil || strings.Contains(rec.Body.String(), q.line.ID.String()) {
		t.Errorf("one that needs a closer look is offered: %v", err)
	}
}
