package server_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/server"
)

func TestSizeOfForms(t *testing.T) {
	w := newWorld(t)
	fields := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString("f" + strconv.Itoa(i) + "=x&")
		}
		return strings.TrimSuffix(b.String(), "&")
	}
	pad := func(size int) string { return "pad=" + strings.Repeat("x", size-len("pad=")) }
	tests := []struct {
		name, body string
		want       int
	}{
		{"the largest", pad(64 << 10), 422},
		{"a byte too large", pad(64<<10 + 1), 413},
		{"far too large", pad(8 << 20), 413},
		{"the most fields", fields(200), 422},
		{"a field too many", fields(201), 413},
	}
	for _, tt := range tests {
		if got := w.send(w.request("POST", "/password/forgot", asNobody, tt.body)).Code; got != tt.want {
			t.Errorf("%s = %d, want %d", tt.name, got, tt.want)
		}
	}
}

// endless is a body that never ends and counts what was read of it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestTooLargeIsNotReadToItsEnd(t *testing.T) {
	w := newWorld(t)
	body := &endless{}
	r := w.request("POST", "/password/forgot", asNobody, "")
	r.Body, r.ContentLength = io.NopCloser(body), -1
	if rec := w.send(r); rec.Code != http.StatusRequestEntityTooLarge || body.read > 256<<10 {
		t.Errorf("= %d after %d bytes, want 413 after about 64 KiB", rec.Code, body.read)
	}
}

func TestLengthOfAddresses(t *testing.T) {
	w := newWorld(t)
	for length, want := range map[int]int{server.MaxURL: 200, server.MaxURL + 1: 414} {
		if got := w.get("/?"+strings.Repeat("x", length-2), asNobody).Code; got != want {
			t.Errorf("%d bytes = %d, want %d", length, got, want)
		}
	}
}

// unreadable are bodies that no browser sends.
var unreadable = map[string]string{
	"invalid UTF-8": "name=%ff%fe", "NUL": "name=a%00b", "lone surrogate": "name=%ed%a0%80", "control character": "name=a%0bb",
	"broken percent": "name=%zz", "semicolons": "a=1;b=2", "repeated field": "name=1&name=2", "NUL in a name": "na%00me=1",
	"overlong slash": "name=%c0%af", "raw bytes": "name=\xff\x00",
}

// withoutFields are the forms of one button: they look at nothing that is
// typed.
var withoutFields = []string{"/sign-in/leave", "/sign-out", "/session/extend", "/give-up", "/handover/here", "/handover/cover"}

func TestUnreadableForms(t *testing.T) {
	k, list := newWalk(t), listed(t)
	for _, l := range k.lines() {
		if l.Method != http.MethodPost || l.File {
			continue
		}
		for _, as := range []who{asHalf, asCertifier, asOFP, asNobody} {
			if !strings.Contains(list[name(l)], string(as)) {
				continue
			}
			button := slices.ContainsFunc(withoutFields, func(end string) bool { return strings.HasSuffix(l.Path, end) })
			for what, body := range unreadable {
				if l.Path == "/session/keep" && what == "repeated field" {
					continue // it takes the fields of every form
				}
				k.reached = false
				rec := k.send(k.request("POST", k.own(l, as), as, body))
				if rec.Code >= 500 || rec.Code != http.StatusBadRequest && !button && !astray(rec) {
					t.Errorf("%s as %s with %s = %d, want 400", name(l), as, what, rec.Code)
				}
			}
			break
		}
	}
}

// astray reports whether the form was for a step that the sender is not at, or
// for a deed that is not possible: they are told so before the form is read.
func astray(rec *httptest.ResponseRecorder) bool {
	return rec.Code == http.StatusConflict ||
		rec.Code == http.StatusSeeOther && strings.HasPrefix(rec.Header().Get("Location"), "/create-account")
}

// TestExtraFieldsAreIgnored sends the name of every column with every form.
func TestExtraFieldsAreIgnored(t *testing.T) {
	k, list := newWalk(t), listed(t)
	columns := k.texts(`SELECT DISTINCT column_name::text FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1`)
	for _, as := range everybody {
		k.session(as)
	}
	before := k.standing()
	for _, l := range k.lines() {
		if l.Method != http.MethodPost || l.File || strings.HasPrefix(l.Path, "/demo") || l.Path == "/ofp/sites/import/{id}" {
			continue // of these the training copy and the list of sites are the point
		}
		if slices.Contains(withReason, l.Path) {
			continue // a reason is all that they ask for, and a column is named so
		}
		for _, as := range everybody {
			if !strings.Contains(list[name(l)], string(as)) {
				continue
			}
			for _, value := range []string{"ofp", uuid.Must(uuid.NewV7()).String()} {
				for chunk := range slices.Chunk(columns, 150) {
					fields := url.Values{}
					for _, c := range chunk {
						fields.Set(c, value)
					}
					k.reached = false
					if rec := k.post(k.own(l, as), as, fields); rec.Code >= 500 || rec.Code == http.StatusBadRequest {
						t.Errorf("%s as %s with columns = %d", name(l), as, rec.Code)
					}
				}
			}
		}
		if after := k.standing(); !slices.Equal(after, before) {
			t.Errorf("%s changes who may do what: %v, was %v", name(l), after, before)
			before = after
		}
	}
}

// withReason are the deeds to which the name of a column is the one field.
var withReason = []string{"/ofp/people/{id}/disable", "/ofp/people/{id}/lift", "/ofp/people/{id}/remove"}

// standing is who may do what, and how far certified people are.
func (w *world) standing() []string {
	return w.texts(`
		SELECT concat_ws(' ', 'account', id, kind, passcode_channel, blocked_at, disabled_at, removed_at) FROM account
		UNION ALL SELECT concat_ws(' ', 'membership', id, site_id, role, account_id) FROM membership
		UNION ALL SELECT concat_ws(' ', 'site', id, npi, status) FROM site
		UNION ALL SELECT concat_ws(' ', 'client', id, site_id, account_id, starts_on, ends_on, discontinued_on) FROM client
		UNION ALL SELECT concat_ws(' ', 'session', account_id, site_id) FROM session WHERE account_id IS NOT NULL GROUP BY account_id, site_id
		ORDER BY 1`)
}

func (w *world) texts(sql string) []string {
	w.t.Helper()
	rows, err := w.super.Query(context.Background(), sql)
	w.must(err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		w.must(rows.Scan(&s))
		all = append(all, s)
	}
	w.must(rows.Err())
	return all
}

// noise is what scanners send, as it stands on the wire.
func noise(host string) []string {
	get := func(target string, headers ...string) string {
		return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + strings.Join(append(headers, ""), "\r\n") + "\r\n"
	}
	form := func(body string, headers ...string) string {
		head := append([]string{"Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin"}, headers...)
		return strings.Replace(get("/sign-in", head...), "GET", "POST", 1) + body
	}
	return []string{
		get("/.env"), get("/wp-login.php"), get("/index.zip"), get("/.git/config"), get("/contact.zip"), get("/contact/"), get("//"),
		get("/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd"), get("/..%2f..%2fetc%2fpasswd"), get("/../../etc/passwd"), get("/es/../provider"),
		get("/%"), get("/%zz"), get("/?%zz"), get("/contact?%00"), get("/%00"), get("/es/%ff"), get("/contact;jsessionid=1"), get("/contact%3f"),
		get("/provider/clients/%ff"), get("/provider/clients/1%27"), get("/static/..%2f..%2fserver.go"), get("/static/%00"), get("*"), get("x"),
		get("http://evil.example/"), get("/contact#x"), get("/cgi-bin/%%32%65%%32%65/"), get("/?a[]=1&a[b]=2&=&&"),
		get("/", "Accept: ../../../../etc/passwd{{"), get("/", "Accept: */*;q=oops, \x80"), get("/", "Accept-Language: zz-\xff;q=9"),
		get("/", "Accept-Encoding: gzip;q=x, br;q="), get("/", "Range: bytes=9-1,-,x"), get("/", "If-Modified-Since: yesterday"),
		get("/", "Cookie: s=\x80\x81; s=; ;;=;"), get("/", "Cookie: __Host-s="+strings.Repeat("x", 9000)), get("/", "Cookie: t=dark; t=<b>"),
		get("/", "X-Forwarded-For: ,,,999.1.1.1,\x01"), get("/", "Expect: 100-continue"), get("/", "Upgrade: h2c", "Connection: Upgrade"),
		get("/", "Content-Length: -1"), get("/", "Transfer-Encoding: gzip"), get("/", "Host: evil.example"), get("/", "Bad Header: 1"),
		get("/", "X-Large: "+strings.Repeat("x", 40<<10)),
		form("", "Content-Length: 0"), form("a=b", "Content-Length: 3"), form("\x00\xff\x80", "Content-Length: 3"),
		form("zz\r\nx\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), form("5\r\nname=\r\n0\r\n\r\n", "Transfer-Encoding: chunked", "Content-Length: 3"),
		form("--x\r\n", "Content-Length: 5", "Content-Type: multipart/form-data; boundary=x"),
		"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "GET /\r\n\r\n", "get / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n",
		"GET / HTTP/9.9\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: mTpvPME6'));select pg_sleep(9); --\r\nConnection: close\r\n\r\n",
	}
}

func TestScannerNoise(t *testing.T) {
	w := newWorld(t)
	address := w.listen()
	for _, request := range noise(w.host) {
		status := statusOf(t, address, request)
		if status >= 500 && status != http.StatusNotImplemented && status != http.StatusHTTPVersionNotSupported {
			t.Errorf("%.70q = %d", request, status)
		}
	}
	large := "GET / HTTP/1.1\r\nHost: " + w.host + "\r\nX-Large: " + strings.Repeat("x", 40<<10) + "\r\n\r\n"
	if got := statusOf(t, address, large); got != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("40 KiB of header = %d, want 431", got)
	}
	if got := statusOf(t, address, "GET / HTTP/1.1\r\nHost: "+w.host+"\r\nConnection: close\r\n\r\n"); got != http.StatusOK {
		t.Errorf("after the noise / = %d, want 200", got)
	}
}

// listen serves the world as the program does and returns its address.
func (w *world) listen() string {
	w.t.Helper()
	l, err := (&net.ListenConfig{}).Listen(w.t.Context(), "tcp", "127.0.0.1:0")
	w.must(err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.app.Server().Serve(ctx, l, "", "", 0) }()
	w.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			w.t.Errorf("serve: %v", err)
		}
	})
	return l.Addr().String()
}

// statusOf sends a request as it is and returns the status, 0 when there is
// none.
func statusOf(t *testing.T, address, request string) int {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = io.WriteString(conn, request) // refused half way is an answer, too
	if half, ok := conn.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
	line, _ := bufio.NewReader(conn).ReadString('\n')
	f := strings.Fields(line)
	if len(f) < 2 {
		return 0
	}
	status, _ := strconv.Atoi(f[1])
	return status
}

// TestSizeOfFiles sends lists of sites: 5 MiB are taken, more are not.
func TestSizeOfFiles(t *testing.T) {
	w := newWorld(t)
	for size, want := range map[int]int{1 << 20: 422, site.MaxBytes: 422, site.MaxBytes + 1: 413, 8 << 20: 413} {
		body := "--x\r\nContent-Disposition: form-data; name=\"" + site.FileField + "\"; filename=\"a.csv\"\r\n\r\n" +
			strings.Repeat("x", size) + "\r\n--x--\r\n"
		rec := w.send(w.request("POST", "/ofp/sites/import", asOFP, body, header("Content-Type", "multipart/form-data; boundary=x")))
		if rec.Code != want {
			t.Errorf("%d bytes = %d, want %d", size, rec.Code, want)
		}
	}
}
