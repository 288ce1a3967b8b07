package inquiries_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/inquiry"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/inquiries"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/markup"
)

var (
	today = civil.MustParse("2025-01-20")
	id    = uuid.MustParse("01940000-0000-7000-8000-000000000001")
	at    = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)
)

// fake answers with what it holds and remembers what it was asked.
type fake struct {
	asked   inquiry.Question
	answer  inquiry.Asked
	list    string
	batch   inquiry.Batch
	answers []inquiry.Answered
	err     error
}

func (f *fake) Ask(_ context.Context, _ authz.Actor, _ idempotency.Submission, q inquiry.Question) (uuid.UUID, error) {
	f.asked = q
	if err := q.Check(today); err != nil {
		return uuid.Nil, err
	}
	return id, f.err
}

func (f *fake) Answered(context.Context, authz.Actor, uuid.UUID) (inquiry.Asked, error) {
	return f.answer, f.err
}

func (f *fake) Upload(_ context.Context, _ authz.Actor, _ idempotency.Submission, content []byte) (uuid.UUID, error) {
	f.list = string(content)
	return id, f.err
}

func (f *fake) Batches(context.Context, authz.Actor) ([]inquiry.Batch, error) {
	return []inquiry.Batch{f.batch}, nil
}

func (f *fake) Batch(context.Context, authz.Actor, uuid.UUID) (inquiry.Batch, error) {
	return f.batch, f.err
}

func (f *fake) Answers(context.Context, authz.Actor, uuid.UUID) ([]inquiry.Answered, error) {
	return f.answers, f.err
}

func send(t *testing.T, f *fake, method, path, kind, body string) *httptest.ResponseRecorder {
	t.Helper()
	h := inquiries.New(f)
	r := chi.NewRouter()
	for pattern, pair := range map[string][2]handler.Func{
		"/provider/inquiry":                          {h.Show, h.Ask},
		"/provider/inquiry/{id}":                     {h.ShowAnswer, h.ShowAnswer},
		"/provider/inquiry/batches":                  {h.ShowUpload, h.Upload},
		"/provider/inquiry/batches/{id}":             {h.ShowBatch, h.ShowBatch},
		"/provider/inquiry/batches/{id}/answers.csv": {h.SaveAnswers, h.SaveAnswers},
	} {
		for i, m := range []string{http.MethodGet, http.MethodPost} {
			r.MethodFunc(m, pattern, func(w http.ResponseWriter, r *http.Request) {
				if f, ok := fault.Of(pair[i](w, r)); ok {
					w.WriteHeader(handler.Status(f.Kind))
				}
			})
		}
	}
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", kind)
	rec := httptest.NewRecorder()
	r.ServeHTTP(rec, req)
	if strings.Contains(rec.Header().Get("Content-Type"), "html") {
		for _, wrong := range markup.Check(rec.Body.String()) {
			t.Error(wrong)
		}
	}
	return rec
}

func get(t *testing.T, f *fake, path string) *httptest.ResponseRecorder {
	t.Helper()
	return send(t, f, http.MethodGet, path, "", "")
}

func post(t *testing.T, f *fake, path string, values url.Values) *httptest.ResponseRecorder {
	t.Helper()
	values.Set("submission", uuid.Must(uuid.NewV7()).String())
	return send(t, f, http.MethodPost, path, "application/x-www-form-urlencoded", values.Encode())
}

// TestAskReadsTheChosenIdentifier leaves alone what belongs to another one.
func TestAskReadsTheChosenIdentifier(t *testing.T) {
	t.Parallel()
	number := client.NewHAPNumber(95000001, today)
	typed := url.Values{
		"hap": {number.Groups()}, "ssn": {"123-45-6789"}, "bic": {"91234567 A 95123"},
		"ssn-birth-month": {"3"}, "ssn-birth-day": {"14"}, "ssn-birth-year": {"1998"},
		"bic-birth-month": {"4"}, "bic-birth-day": {"15"}, "bic-birth-year": {"1999"},
		"service-month": {"1"}, "service-day": {"20"}, "service-year": {"2025"},
	}
	for _, want := range []inquiry.Question{
		{By: client.ByHAP, Number: number.Groups(), ServiceOn: today},
		{By: client.BySSN, Number: "123-45-6789", BirthOn: civil.MustParse("1998-03-14"), ServiceOn: today},
		{By: client.ByBIC, Number: "91234567 A 95123", BirthOn: civil.MustParse("1999-04-15"), ServiceOn: today},
	} {
		f := &fake{}
		typed.Set("by", string(want.By))
		rec := post(t, f, "/provider/inquiry", typed)
		if diff := cmp.Diff(want, f.asked); diff != "" {
			t.Error(diff)
		}
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/provider/inquiry/"+id.String() {
			t.Errorf("%s: %d to %q", want.By, rec.Code, rec.Header().Get("Location"))
		}
	}
}

// TestAskTellsEverythingAtOnce has nothing right, and keeps what was typed.
func TestAskTellsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	rec := post(t, &fake{}, "/provider/inquiry", url.Values{"by": {"ssn"}, "ssn": {"12<3"}, "service-month": {"13"}})
	if rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d, want 422", rec.Code)
	}
	for _, want := range []locale.Key{locale.SearchSsnWrong, locale.SearchBirthMissing, locale.InquiryServiceWrong} {
		if !strings.Contains(rec.Body.String(), locale.T(t.Context(), want)) {
			t.Errorf("the page does not say %q", locale.T(t.Context(), want))
		}
	}
	if !strings.Contains(rec.Body.String(), `value="12&lt;3"`) {
		t.Error("what was typed is gone")
	}
	if rec := post(t, &fake{}, "/provider/inquiry", url.Values{"by": {"name"}}); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("by name: %d, want 422", rec.Code)
	}
}

// TestAnswerTellsNoMore shows an answer: of a Social Security number the end
// alone.
func TestAnswerTellsNoMore(t *testing.T) {
	t.Parallel()
	f := &fake{answer: inquiry.Asked{
		ID: id, At: at, SiteName: "Harbor Test Clinic", Question: inquiry.Question{By: client.BySSN, Number: "123-45-6789", BirthOn: civil.MustParse("1998-03-14"), ServiceOn: today},
		Answer: inquiry.Answer{Coverage: eligibility.Coverage{Finding: eligibility.FoundExpired, EndedOn: today}},
	}}
	rec := get(t, f, "/provider/inquiry/"+id.String())
	body := rec.Body.String()
	if rec.Code != http.StatusOK || !strings.Contains(body, "NOT ELIGIBLE ON DATE OF SERVICE. CERTIFICATION EXPIRED 01/20/2025.") {
		t.Errorf("%d without the answer", rec.Code)
	}
	if strings.Contains(body, "123-45") || strings.Contains(body, "1998") || !strings.Contains(body, "6789") {
		t.Error("the page tells more, or less, than the end of the number")
	}
	f.err = inquiry.ErrExpired
	if rec := get(t, f, "/provider/inquiry/"+id.String()); rec.Code != http.StatusGone {
		t.Errorf("late: %d, want 410", rec.Code)
	}
	if rec := get(t, f, "/provider/inquiry/nobody"); rec.Code != http.StatusNotFound {
		t.Errorf("no id: %d, want 404", rec.Code)
	}
}

func TestUpload(t *testing.T) {
	t.Parallel()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "../secret.csv")
	if err == nil {
		_, err = part.Write([]byte("hap_number\n"))
	}
	if err == nil {
		err = w.WriteField("submission", uuid.Must(uuid.NewV7()).String())
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{batch: inquiry.Batch{ID: id, Lines: 1, AskedAt: at}}
	rec := send(t, f, http.MethodPost, "/provider/inquiry/batches", w.FormDataContentType(), body.String())
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/provider/inquiry/batches/"+id.String() || f.list != "hap_number\n" {
		t.Errorf("%d to %q with %q", rec.Code, rec.Header().Get("Location"), f.list)
	}
	f.err = inquiry.ErrTooMany
	rec = send(t, f, http.MethodPost, "/provider/inquiry/batches", w.FormDataContentType(), body.String())
	if rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), locale.T(t.Context(), locale.InquiryBatchTooMany)) {
		t.Errorf("too many: %d", rec.Code)
	}
}

// TestBatch shows a list while it is worked at and when it is ready, and saves
// its answers.
func TestBatch(t *testing.T) {
	t.Parallel()
	f := &fake{batch: inquiry.Batch{ID: id, Lines: 5000, Faulty: 1, Answered: 250, AskedAt: at, ExpiresAt: at.Add(inquiry.BatchLifetime)}}
	path := "/provider/inquiry/batches/" + id.String()
	working := get(t, f, path).Body.String()
	if !strings.Contains(working, "250 of 5000") || strings.Contains(working, "answers.csv") || !strings.Contains(working, `href="`+path+`"`) {
		t.Error("while it is worked at, the page says so, and how to look again")
	}
	f.batch.FinishedAt, f.batch.Answered = &at, 5000
	if ready := get(t, f, path).Body.String(); !strings.Contains(ready, `href="`+path+`/answers.csv"`) {
		t.Error("no way to the answers")
	}
	f.answers = []inquiry.Answered{{Line: inquiry.Line{Line: 2, Problem: locale.InquiryProblemFields}}}
	rec := get(t, f, path+"/answers.csv")
	if rec.Header().Get("Content-Disposition") != `attachment; filename="eligibility.csv"` || !strings.HasPrefix(rec.Body.String(), "line,hap_number,") {
		t.Errorf("answers: %v %q", rec.Header(), rec.Body.String())
	}
	f.err = inquiry.ErrNotReady
	if rec := get(t, f, path+"/answers.csv"); rec.Code != http.StatusConflict || rec.Header().Get("Content-Disposition") != "" {
		t.Errorf("too early: %d %v", rec.Code, rec.Header())
	}
}
