package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestServing(t *testing.T) {
	tests := []struct {
		name, path, accept string
		status             int
		coding             string
	}{
		{"style sheet", Asset("app.css"), "", 200, ""},
		{"gzip", Asset("app.css"), "gzip, deflate", 200, "gzip"},
		{"brotli before gzip", Asset("app.js"), "gzip, deflate, br, zstd", 200, "br"},
		{"brotli refused", Asset("app.js"), "gzip, br;q=0", 200, "gzip"},
		{"a font is compressed already", Asset("public-sans-latin.woff2"), "br", 200, ""},
		{"without the hash", "/static/app.css", "", 404, ""},
		{"another hash", "/static/app.000000000000.css", "", 404, ""},
		{"out of the folder", "/static/../web.go", "", 404, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.URL.Path = tt.path
			r.Header.Set("Accept-Encoding", tt.accept)
			w := httptest.NewRecorder()
			Handler().ServeHTTP(w, r)
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d", w.Code, tt.status)
			}
			if got := w.Header().Get("Content-Encoding"); got != tt.coding {
				t.Errorf("coding %q, want %q", got, tt.coding)
			}
			if tt.status == 200 && !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
				t.Errorf("Cache-Control %q, want immutable", w.Header().Get("Cache-Control"))
			}
		})
	}
}

func TestCompressedCopyIsTheFile(t *testing.T) {
	Handler()
	f := assets.files[Asset("app.css")]
	z, err := gzip.NewReader(bytes.NewReader(f.gzip))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, f.plain) {
		t.Errorf("gzip copy differs from the file (%v)", err)
	}
}

func TestStyleSheetNamesTheServedFonts(t *testing.T) {
	css := assets.files[Asset("app.css")].plain
	for _, font := range []string{"public-sans-latin.woff2", "public-sans-latin-ext.woff2"} {
		if !bytes.Contains(css, []byte(Asset(font))) {
			t.Errorf("app.css does not name %s", Asset(font))
		}
	}
	for _, m := range regexp.MustCompile(`url\(([^)]*)\)`).FindAllSubmatch(css, -1) {
		if s := strings.Trim(string(m[1]), `"'`); !strings.HasPrefix(s, prefix) && !strings.HasPrefix(s, "data:") {
			t.Errorf("app.css loads %q from elsewhere", s)
		}
	}
}

// The limits of ux.md 12.
func TestBudgets(t *testing.T) {
	Handler()
	tests := []struct {
		name  string
		bytes int
		limit int
	}{
		{"style sheet, brotli", len(assets.files[Asset("app.css")].brt), 18_000},
		{"script, brotli", len(assets.files[Asset("app.js")].brt) + len(assets.files[Asset("init.js")].brt), 12_000},
		{"font of the first view", len(assets.files[Asset("public-sans-latin.woff2")].plain), 30_000},
		{"icon", len(assets.files[Asset("icon.svg")].plain), 4_000},
		{"quiet icon", len(assets.files[Asset("icon-quiet.svg")].plain), 4_000},
	}
	for _, tt := range tests {
		t.Logf("%s: %d bytes", tt.name, tt.bytes)
		if tt.bytes == 0 || tt.bytes > tt.limit {
			t.Errorf("%s: %d bytes, limit %d", tt.name, tt.bytes, tt.limit)
		}
	}
}

// Our own modules stay small: each under 2 kB as written.
func TestOwnModulesAreSmall(t *testing.T) {
	entries, err := os.ReadDir("theme/fp")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasSuffix(e.Name(), ".js") && info.Size() > 2048 {
			t.Errorf("%s has %d bytes, limit 2048", e.Name(), info.Size())
		}
	}
}

// TestContrast recomputes every ratio that ux.md 10.3 promises from the tokens.
func TestContrast(t *testing.T) {
	raw, err := os.ReadFile("theme/_tokens.scss")
	if err != nil {
		t.Fatal(err)
	}
	pairs := []struct {
		text, ground string
		least        float64
	}{
		{"ink", "bg", 7}, {"ink", "surface", 7}, {"ink", "soft", 7},
		{"ink-2", "bg", 4.5}, {"ink-2", "surface", 4.5}, {"ink-2", "soft", 4.5},
		{"link", "bg", 4.5}, {"link", "surface", 4.5}, {"link-visited", "bg", 4.5}, {"link-visited", "surface", 4.5},
		{"link-hover", "bg", 4.5}, {"link-hover", "surface", 4.5},
		{"on-brand", "brand", 4.5}, {"on-brand", "brand-hover", 4.5}, {"brand", "bg", 4.5}, {"brand", "surface", 4.5},
		{"on-bar", "bar", 7}, {"gold", "bar", 4.5}, {"on-gold", "gold", 7},
		{"bad", "bg", 4.5}, {"bad", "bad-bg", 4.5}, {"on-bad", "bad", 4.5},
		{"ok", "bg", 4.5}, {"ok", "ok-bg", 4.5}, {"warn", "warn-bg", 4.5}, {"info", "info-bg", 4.5},
		{"on-exit", "exit", 4.5}, {"bg", "warn", 4.5}, {"input", "bg", 3}, {"edge", "bg", 2.5},
	}
	for _, mode := range []string{"light", "dark"} {
		colors := tokens(t, string(raw), mode)
		for _, p := range pairs {
			if len(colors[p.text]) == 0 || len(colors[p.ground]) == 0 {
				t.Fatalf("%s: no color %s or %s", mode, p.text, p.ground)
			}
			if got := contrast(colors[p.text], colors[p.ground]); got < p.least {
				t.Errorf("%s: %s on %s is %.2f, want %.1f", mode, p.text, p.ground, got, p.least)
			}
		}
	}
}

func tokens(t *testing.T, source, mode string) map[string][]float64 {
	t.Helper()
	_, part, ok := strings.Cut(source, "@mixin "+mode+" {")
	if !ok {
		t.Fatalf("no list of colors %q", mode)
	}
	part, _, _ = strings.Cut(part, "\n}")
	colors := map[string][]float64{}
	for _, m := range regexp.MustCompile(`--fp-([a-z0-9-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(part, -1) {
		n, err := strconv.ParseUint(m[2], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		colors[m[1]] = []float64{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}
	}
	return colors
}
