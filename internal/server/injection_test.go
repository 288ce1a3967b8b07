package server_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestNothingForgesALine asks with line feeds and escape sequences in the user
// agent, the address, the headers and the fields: each request is one line of
// the log, and nothing of them stands in it (security.md 13.8).
func TestNothingForgesALine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const words = "forged\x1b[2J\r\n{\"level\":\"ERROR\",\"msg\":\"forged\"}\n\u009b31m"
	sent := 0
	for _, as := range []who{asNobody, asStaff, asDesk} {
		for _, ask := range []*http.Request{
			w.request("GET", "/provider/search", as, "", header("User-Agent", words), header("Accept-Language", words), header("Referer", words)),
			w.request("GET", "/no/"+url.PathEscape(words)+"?q="+url.QueryEscape(words), as, "", header("X-Request-Id", words), header("X-Forwarded-For", words)),
			w.request("POST", "/sign-in", as, url.Values{"name": {words}, "password": {words}, words: {words}}.Encode(), header("User-Agent", words)),
			w.request("POST", "/provider/search", as, url.Values{"by": {"name"}, "first": {words}, "last": {words}}.Encode(), header("User-Agent", words)),
		} {
			w.send(ask)
			sent++
		}
	}
	lines := strings.Split(strings.TrimSuffix(w.log.String(), "\n"), "\n")
	requests := 0
	for _, line := range lines {
		var record struct{ Level, Msg string }
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Errorf("a line of the log is not a record: %q", line)
		}
		if record.Msg == "request" {
			requests++
		}
		if strings.Contains(line, "forged") || strings.ContainsAny(line, "\x1b\r\u009b") {
			t.Errorf("the log repeats what was sent: %q", line)
		}
	}
	if requests != sent {
		t.Errorf("%d requests are %d lines of the log", sent, requests)
	}
}
