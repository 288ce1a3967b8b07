// Package web holds what browsers load beside the pages: the style sheet, the
// scripts, the fonts and the icons. They are built from web/theme, embedded in
// the program and served under names that change with their content.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"path"
	"sort"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

//go:embed static
var static embed.FS

// prefix is where the files are served.
const prefix = "/static/"

// file is one file as it is served, with its copies for browsers that take
// compressed content.
type file struct {
	kind             string
	plain, gzip, brt []byte
}

// shelf has every file by its address, and the address of each name.
type shelf struct {
	files     map[string]file
	addresses map[string]string
}

var assets = mustLoad()

// Asset returns the address of a file of web/static, such as "app.css". It
// panics on a name that there is not: that is a mistake in a template.
func Asset(name string) string {
	address, ok := assets.addresses[name]
	if !ok {
		panic(fmt.Sprintf("web: no file %q", name))
	}
	return address
}

// Handler serves the files at their addresses, for ever: the content of an
// address never changes. Any other path is answered with 404. The compressed
// copies are made here, once, so that only a server pays for them.
func Handler() http.Handler {
	packed.Do(assets.pack)
	return http.HandlerFunc(assets.serve)
}

var packed sync.Once

func (s *shelf) pack() {
	for address, f := range s.files {
		if path.Ext(address) == ".woff2" {
			continue // compressed already
		}
		f.gzip, f.brt = zipped(f.plain), brotlied(f.plain)
		s.files[address] = f
	}
}

func (s *shelf) serve(w http.ResponseWriter, r *http.Request) {
	f, ok := s.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body, coding := f.choose(r.Header.Get("Accept-Encoding"))
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the browser went away: nobody is left to tell
	}
}

// choose returns the smallest copy that the browser takes, and its coding.
func (f file) choose(accepted string) (body []byte, coding string) {
	switch {
	case f.brt != nil && accepts(accepted, "br"):
		return f.brt, "br"
	case f.gzip != nil && accepts(accepted, "gzip"):
		return f.gzip, "gzip"
	}
	return f.plain, ""
}

// accepts reports whether a list of codings holds one, not refused by q=0.
func accepts(list, coding string) bool {
	for item := range strings.SplitSeq(list, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(item), ";")
		if strings.TrimSpace(name) == coding {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && !strings.HasPrefix(q, "q=0.0")
		}
	}
	return false
}

func mustLoad() *shelf {
	s, err := load()
	if err != nil {
		panic(fmt.Sprintf("web: %v", err))
	}
	return s
}

// load reads every embedded file. Style sheets come last, since the fonts they
// name have their own changing addresses.
func load() (*shelf, error) {
	entries, err := static.ReadDir("static")
	if err != nil {
		return nil, err
	}
	sort.SliceStable(entries, func(i, j int) bool {
		return path.Ext(entries[i].Name()) != ".css" && path.Ext(entries[j].Name()) == ".css"
	})
	s := &shelf{files: map[string]file{}, addresses: map[string]string{}}
	for _, e := range entries {
		body, err := static.ReadFile("static/" + e.Name())
		if err != nil {
			return nil, err
		}
		s.add(e.Name(), body)
	}
	return s, nil
}

func (s *shelf) add(name string, body []byte) {
	ext := path.Ext(name)
	if ext == ".css" {
		for other, address := range s.addresses {
			body = bytes.ReplaceAll(body, []byte(`"`+other+`"`), []byte(`"`+address+`"`))
		}
	}
	sum := sha256.Sum256(body)
	address := prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	s.files[address], s.addresses[name] = file{kind: kind(ext), plain: body}, address
}

func kind(ext string) string {
	switch ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	}
	return mime.TypeByExtension(ext)
}

// zipped and brotlied write to memory, which does not fail.
func zipped(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

func brotlied(body []byte) []byte {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotli.BestCompression)
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}
