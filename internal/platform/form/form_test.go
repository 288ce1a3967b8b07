package form_test

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
)

const (
	missing = locale.Words("missing")
	wrong   = locale.Words("wrong")
)

func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func read(t *testing.T, values url.Values, opts ...form.Option) *form.Form {
	t.Helper()
	f, err := form.Read(post(values.Encode()), opts...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRefusesWhatNoBrowserSends(t *testing.T) {
	many := url.Values{}
	for i := range 201 {
		many.Set(fmt.Sprint("f", i), "x")
	}
	tests := []struct {
		name string
		body string
		want error
	}{
		{"percent garbage", "a=%zz", form.ErrUnreadable},
		{"invalid UTF-8", "a=%ff%fe", form.ErrUnreadable},
		{"lone surrogate", "a=%ed%a0%80", form.ErrUnreadable},
		{"NUL", "a=x%00y", form.ErrUnreadable},
		{"escape sequence", "a=%1b[31m", form.ErrUnreadable},
		{"control character in a name", "a%01=x", form.ErrUnreadable},
		{"repeated field", "a=1&a=2", form.ErrRepeated},
		{"too many fields", many.Encode(), form.ErrTooLarge},
		{"too long", "a=" + strings.Repeat("x", 64<<10), form.ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := form.Read(post(tt.body)); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestKeepsWhatWasTyped(t *testing.T) {
	f := read(t, url.Values{"name": {"  O’Brien-Ñandú  "}, "notes": {"a\r\nb"}, "pick": {"x", "y"}}, form.Multi("pick"))
	if got := f.Value("name"); got != "  O’Brien-Ñandú  " {
		t.Errorf("raw value = %q", got)
	}
	if got := f.Text("name", missing); got != "O’Brien-Ñandú" {
		t.Errorf("text = %q", got)
	}
	if got := f.Many("pick", "y", "z"); len(got) != 1 || got[0] != "y" {
		t.Errorf("many = %v, want only what was offered", got)
	}
	if decomposed := read(t, url.Values{"name": {"Jose\u0301"}}); decomposed.Text("name", nil) != "José" {
		t.Error("text is not in normal form C")
	}
}

func TestDate(t *testing.T) {
	tests := []struct {
		month, day, year string
		want             string
		fault            locale.Phrase
	}{
		{"3", "14", "1998", "1998-03-14", nil},
		{"03", " 4 ", "1998", "1998-03-04", nil},
		{"March", "14", "1998", "1998-03-14", nil},
		{"ENERO", "2", "2001", "2001-01-02", nil},
		{"dic", "31", "1999", "1999-12-31", nil},
		{"２", "29", "2000", "2000-02-29", nil},
		{"2", "29", "2001", "0000-00-00", wrong},
		{"13", "1", "2001", "0000-00-00", wrong},
		{"4", "31", "2001", "0000-00-00", wrong},
		{"3", "14", "98", "0000-00-00", wrong},
		{"3", "", "1998", "0000-00-00", wrong},
		{"ma", "1", "2001", "0000-00-00", wrong},
		{"-3", "1", "2001", "0000-00-00", wrong},
		{"", "", "", "0000-00-00", missing},
	}
	for _, tt := range tests {
		t.Run(tt.month+"/"+tt.day+"/"+tt.year, func(t *testing.T) {
			f := read(t, url.Values{"d-month": {tt.month}, "d-day": {tt.day}, "d-year": {tt.year}})
			d := f.Date("d", missing, wrong)
			if f.Fault("d") != tt.fault {
				t.Fatalf("fault = %v, want %v", f.Fault("d"), tt.fault)
			}
			if tt.fault == nil && d.String() != tt.want {
				t.Errorf("got %s, want %s", d, tt.want)
			}
			if f.Value("d-month") != tt.month {
				t.Errorf("typed month became %q", f.Value("d-month"))
			}
		})
	}
}

func TestMoney(t *testing.T) {
	tests := []struct {
		typed string
		want  int64
		fault locale.Phrase
	}{
		{"0", 0, nil}, {"1250", 125000, nil}, {"1,250.5", 125050, nil}, {"$ 1 250.50", 125050, nil},
		{".75", 75, nil}, {"999999.99", 99999999, nil}, {"１２", 1200, nil},
		{"1000000", 0, wrong}, {"-1", 0, wrong}, {"12.345", 0, wrong}, {"about 1200", 0, wrong},
		{"1.2.3", 0, wrong}, {".", 0, wrong}, {"", 0, missing}, {"   ", 0, missing},
	}
	for _, tt := range tests {
		f := read(t, url.Values{"m": {tt.typed}})
		got := f.Money("m", missing, wrong)
		if f.Fault("m") != tt.fault || tt.fault == nil && got != tt.want {
			t.Errorf("%q: got %d, %v; want %d, %v", tt.typed, got, f.Fault("m"), tt.want, tt.fault)
		}
	}
}

func TestSubmissionDiffersByContent(t *testing.T) {
	a := read(t, url.Values{"submission": {"0198c1f2-0000-7000-8000-000000000001"}, "name": {"Ana"}})
	same := read(t, url.Values{"submission": {"0198c1f2-0000-7000-8000-000000000001"}, "name": {"Ana"}})
	other := read(t, url.Values{"submission": {"0198c1f2-0000-7000-8000-000000000001"}, "name": {"Eva"}})
	if a.Submission().Key != same.Submission().Key || !bytes.Equal(a.Submission().Digest, same.Submission().Digest) {
		t.Error("the same form sent twice differs")
	}
	if bytes.Equal(a.Submission().Digest, other.Submission().Digest) {
		t.Error("other answers have the same digest")
	}
	elsewhere := httptest.NewRequest(http.MethodPost, "/other", strings.NewReader(url.Values{
		"submission": {"0198c1f2-0000-7000-8000-000000000001"}, "name": {"Ana"},
	}.Encode()))
	sent, err := form.Read(elsewhere)
	if err != nil || bytes.Equal(a.Submission().Digest, sent.Submission().Digest) {
		t.Errorf("the same answers sent to another page have the same digest (%v)", err)
	}
	if a.Sent("submission") {
		t.Error("the number is left among the fields")
	}
}

func TestTake(t *testing.T) {
	f := form.New()
	if f.Take(errors.New("internal")) || f.Take(fault.New(fault.Conflict, missing)) {
		t.Error("an error that is not about the form was taken")
	}
	if !f.Take(fault.InvalidField("email", wrong)) || f.Fault("email") != locale.Phrase(wrong) || f.OK() {
		t.Error("a field's fault was not taken")
	}
	if !f.Take(fault.New(fault.Invalid, missing)) || len(f.Faults()) != 2 {
		t.Error("a fault of the whole form was not taken")
	}
}

func TestFile(t *testing.T) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, _ := w.CreateFormFile("file", "../../evil.csv")
	_, _ = part.Write([]byte("npi,site_id\n"))
	_ = w.WriteField("submission", "0198c1f2-0000-7000-8000-000000000001")
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, "/", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	content, f, err := form.File(r, "file", 100)
	if err != nil || string(content) != "npi,site_id\n" || f.Number() != "0198c1f2-0000-7000-8000-000000000001" {
		t.Fatalf("got %q, %v", content, err)
	}
	r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader("file=x"))
	if _, _, err := form.File(r, "file", 100); !errors.Is(err, form.ErrUnreadable) {
		t.Errorf("a form without files: got %v", err)
	}
}
