package form

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
)

// Limits of a form (security.md 11.1).
const (
	maxBody   = 64 << 10
	maxFields = 200
)

// Faults of what no browser sends.
var (
	ErrUnreadable = fault.New(fault.Malformed, locale.FaultUnreadable)
	ErrRepeated   = fault.New(fault.Malformed, locale.FaultRepeatedField)
	ErrTooLarge   = fault.New(fault.TooLarge, locale.FaultTooLarge)
)

// Option changes how a form is read.
type Option func(*rules)

type rules struct{ multi map[string]bool }

// Multi names the fields that may be sent more than once: sets of checkboxes.
func Multi(names ...string) Option {
	return func(r *rules) {
		for _, n := range names {
			r.multi[n] = true
		}
	}
}

// Read returns the submitted form. A body over 64 KiB or 200 fields is
// ErrTooLarge; bytes that are not text (invalid UTF-8, NUL, control characters
// other than line ends and tabs) are ErrUnreadable; a field sent twice that is
// not named by Multi is ErrRepeated.
func Read(r *http.Request, opts ...Option) (*Form, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, readFailed(err)
	}
	if len(body) > maxBody {
		return nil, ErrTooLarge
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, ErrUnreadable
	}
	f, err := from(target(r), values, opts...)
	if err == nil {
		f.held = idempotency.Held(r.Context())
	}
	return f, err
}

// target is what a form is sent to. The same number sent to two of them is two
// deeds.
func target(r *http.Request) string { return r.Method + " " + r.URL.Path }

// Query returns the form of a GET: filters of a list. What no browser sends is
// refused as in Read.
func Query(r *http.Request, opts ...Option) (*Form, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, ErrUnreadable
	}
	return from(target(r), values, opts...)
}

// File returns the content of the one file of a multipart form, of at most max
// bytes, together with its other fields. Nothing is written to disk, and the
// file's own name is ignored (security.md 18.5).
func File(r *http.Request, name string, max int64) ([]byte, *Form, error) {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return nil, nil, ErrUnreadable
	}
	reader, err := r.MultipartReader()
	if err != nil {
		return nil, nil, ErrUnreadable
	}
	values := url.Values{}
	var content []byte
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, readFailed(err)
		}
		limit := int64(maxBody)
		if part.FormName() == name {
			limit = max
		}
		data, err := io.ReadAll(io.LimitReader(part, limit+1))
		if err != nil {
			return nil, nil, readFailed(err)
		}
		if int64(len(data)) > limit || len(values) > maxFields {
			return nil, nil, ErrTooLarge
		}
		if part.FormName() == name {
			content = data
		} else {
			values.Add(part.FormName(), string(data))
		}
	}
	f, err := from(target(r), values)
	if err != nil {
		return nil, nil, err
	}
	f.digest = append(f.digest, sum("", map[string][]string{name: {string(content)}})...)
	return content, f, nil
}

func readFailed(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return ErrTooLarge
	}
	return ErrUnreadable
}

func from(target string, values url.Values, opts ...Option) (*Form, error) {
	rl := rules{multi: map[string]bool{}}
	for _, o := range opts {
		o(&rl)
	}
	if err := Readable(values); err != nil {
		return nil, err
	}
	f := New()
	for name, vs := range values {
		if len(vs) > 1 && !rl.multi[name] {
			return nil, ErrRepeated
		}
		for i, v := range vs {
			vs[i] = norm.NFC.String(v)
		}
		f.values[name] = vs
	}
	if number, err := uuid.Parse(f.Value(SubmissionField)); err == nil {
		f.number = number
	}
	delete(f.values, SubmissionField)
	f.digest = sum(target, f.values)
	return f, nil
}

// Readable returns ErrTooLarge or ErrUnreadable when the fields cannot be of a
// form that a person has filled in. A name may repeat.
func Readable(values url.Values) error {
	count := 0
	for name, vs := range values {
		if count += len(vs); count > maxFields {
			return ErrTooLarge
		}
		if !readable(name) || slices.ContainsFunc(vs, func(v string) bool { return !readable(v) }) {
			return ErrUnreadable
		}
	}
	return nil
}

// readable reports whether s is text that a person can type: valid UTF-8, no
// NUL and no control characters but tab and line ends.
func readable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return r < 0x20 && r != '\n' && r != '\r' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\uFFFE' || r == '\uFFFF'
	}) < 0
}
