package browsertest

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestPasteIsAPersonsPaste pastes into a field that takes it, into one for a
// password, and into one whose page refuses it.
func TestPasteIsAPersonsPaste(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a.js" {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write([]byte(`addEventListener("paste", (e) => { if (e.target.id === "no") e.preventDefault(); })`))
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!DOCTYPE html><html lang="en"><head><title>P</title><link rel="icon" href="data:,"><script src="/a.js"></script></head><body><main><h1>P</h1>
			<label for="yes">Yes</label><input id="yes" name="yes" value="old">
			<label for="word">Word</label><input id="word" name="word" type="password">
			<label for="no">No</label><input id="no" name="no"></main></body></html>`))
	}))
	t.Cleanup(s.Close)
	for _, noScript := range []bool{false, true} {
		p := Tab(t, Options{NoScript: noScript})
		p.Goto(s.URL + "/")
		want := map[string]string{"yes": "año 12", "word": "año 12", "no": ""}
		if noScript {
			want["no"] = "año 12" // nobody refuses it
		}
		for name, value := range want {
			p.Paste(name, "año 12")
			if got := p.Value(name); got != value {
				t.Errorf("without script %t: %s = %q after pasting, want %q", noScript, name, got, value)
			}
		}
	}
}
