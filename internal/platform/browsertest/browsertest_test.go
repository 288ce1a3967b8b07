package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	m.Run()
	Stop()
}

const form = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Form</title><link rel="stylesheet" href="/a.css"><script src="/a.js"></script></head><body><main>
<h1>Form</h1><p id="by-script">no script</p>
<form method="post" action="/send" enctype="multipart/form-data">
<p><label for="name">Full name</label><input id="name" name="name" value="old"></p>
<fieldset><legend>Date of birth</legend><label for="bm">Month</label><input id="bm" name="birth-month"></fieldset>
<fieldset><legend>Date of visit</legend><label for="vm">Month</label><input id="vm" name="visit-month"></fieldset>
<fieldset><legend>Insured?</legend><input type="radio" name="insured" id="iy" value="yes"><label for="iy">Yes</label><input type="radio" name="insured" id="in" value="no"><label for="in">No</label></fieldset>
<fieldset><legend>Pregnant?</legend><input type="radio" name="pregnant" id="py" value="yes"><label for="py">Yes</label><input type="radio" name="pregnant" id="pn" value="no"><label for="pn">No</label></fieldset>
<p><label for="county">County</label><select id="county" name="county"><option value="">Choose</option><option value="01">Alameda</option></select></p>
<p><label for="file">List of sites</label><input type="file" id="file" name="file"></p>
<p><label for="why">Why</label><textarea id="why" name="why">text</textarea></p>
<button>Send</button></form><p><a href="/elsewhere">Elsewhere</a></p><button id="js" type="button">Fold</button></main></body></html>`

func serve(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	page := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'self'")
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, body)
		}
	}
	mux.HandleFunc("GET /", page(200, form))
	mux.HandleFunc("GET /elsewhere", page(404, `<!DOCTYPE html><html lang="en"><title>Nothing</title><h1>Nothing here</h1></html>`))
	mux.HandleFunc("GET /bad", page(200, `<!DOCTYPE html><html><head><title></title></head><body><img src="/x.png"><script>alert(1)</script><img src="http://foreign.example/x.png"><input></body></html>`))
	mux.HandleFunc("GET /a.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		_, _ = fmt.Fprint(w, `@media (prefers-color-scheme: dark) { h1 { color: rgb(1, 2, 3) } }`)
	})
	mux.HandleFunc("GET /a.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = fmt.Fprint(w, `addEventListener("DOMContentLoaded", () => {
			document.querySelector("#by-script").textContent = "script";
			document.querySelector("#js").onclick = () => { document.querySelector("#by-script").textContent = "folded" }; })`)
	})
	mux.HandleFunc("POST /send", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var sent []string
		for _, name := range []string{"name", "birth-month", "visit-month", "insured", "pregnant", "county", "why"} {
			sent = append(sent, name+"="+r.FormValue(name))
		}
		if _, h, err := r.FormFile("file"); err == nil {
			sent = append(sent, "file="+h.Filename)
		}
		http.SetCookie(w, &http.Cookie{Name: "sent", Value: url.QueryEscape(strings.Join(sent, "|")), Path: "/"})
		http.Redirect(w, r, "/sent", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /sent", func(w http.ResponseWriter, r *http.Request) {
		value := "nothing"
		if c, err := r.Cookie("sent"); err == nil {
			value, _ = url.QueryUnescape(c.Value)
		}
		page(200, `<!DOCTYPE html><html lang="en"><title>Sent</title><main><h1>Sent</h1><p>`+value+`</p></main></html>`)(w, r)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

const want = "name=Ana García|birth-month=4|visit-month=5|insured=no|pregnant=yes|county=01|why=|file=list.csv"

func TestFormIsFilledAndSent(t *testing.T) {
	s := serve(t)
	file := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(file, []byte("a,b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, noScript := range []bool{false, true} {
		t.Run(fmt.Sprintf("without script %t", noScript), func(t *testing.T) {
			p := Tab(t, Options{NoScript: noScript})
			p.Goto(s.URL + "/")
			if shown := p.Text("#by-script"); (shown == "no script") != noScript {
				t.Errorf("the page shows %q", shown)
			}
			p.Fill("Full name", "Ana García")
			p.Fill("Date of birth", "Month", "4")
			p.Fill("visit-month", "5")
			p.Choose("Insured?", "No")
			p.Choose("pregnant=yes")
			p.Select("County", "Alameda")
			p.Upload("List of sites", file)
			p.Fill("Why", "")
			if got := p.Value("Full name"); got != "Ana García" {
				t.Errorf("Full name = %q", got)
			}
			p.Press("Send")
			p.Want("Sent", want)
			if p.Status() != 200 || p.Title() != "Sent" || p.URL() != s.URL+"/sent" {
				t.Errorf("after sending: %d %q %s", p.Status(), p.Title(), p.URL())
			}
			second := p.Another(t, Options{})
			second.Goto(s.URL + "/sent")
			second.Want(want)
			other := Tab(t, Options{})
			other.Goto(s.URL + "/sent")
			other.Want("nothing") // no cookie of the first
		})
	}
}

func TestLinksAndScripts(t *testing.T) {
	s := serve(t)
	p := Tab(t, Options{Width: 320, Height: 640, Dark: true})
	p.Goto(s.URL + "/")
	p.Click("Fold")
	p.Want("folded")
	if got := Eval[string](p, `getComputedStyle(document.querySelector("h1")).color`); got != "rgb(1, 2, 3)" {
		t.Errorf("in the dark the heading is %s", got)
	}
	if got := Eval[int](p, "innerWidth"); got != 320 {
		t.Errorf("the window is %d wide, want 320", got)
	}
	if p.Overflow() != 0 {
		t.Errorf("the page is %d pixels too wide", p.Overflow())
	}
	shot := filepath.Join(t.TempDir(), "shots", "form.png")
	p.Screenshot(shot)
	if raw, err := os.ReadFile(shot); err != nil || !strings.HasPrefix(string(raw), "\x89PNG") {
		t.Errorf("screenshot: %v", err)
	}
	p.Follow("Elsewhere")
	if p.Status() != http.StatusNotFound || p.Text("h1") != "Nothing here" {
		t.Errorf("followed to %d %q", p.Status(), p.Text("h1"))
	}
	p.Back()
	p.Want("Full name")
}

func TestGoodPageIsAccessible(t *testing.T) {
	s := serve(t)
	p := Tab(t, Options{})
	p.Goto(s.URL + "/")
	p.WantAccessible()
}

func TestFaultsAreSeen(t *testing.T) {
	s := serve(t)
	p := Tab(t, Options{})
	p.Goto(s.URL + "/bad")
	ids := map[string]bool{}
	for _, v := range p.Axe() {
		ids[v.ID] = true
	}
	for _, id := range []string{"image-alt", "html-has-lang", "document-title", "label"} {
		if !ids[id] {
			t.Errorf("axe does not find %s; it finds %v", id, ids)
		}
	}
	Eval[bool](p, `(console.error("planted"), setTimeout(() => { throw new Error("thrown") }), true)`)
	Eval[bool](p, `fetch("/missing.json").then(() => new Promise((done) => setTimeout(() => done(true), 50)))`)
	faults := strings.Join(p.Faults(), "\n")
	for _, part := range []string{"Content Security Policy", "planted", "thrown", "foreign.example"} {
		if !strings.Contains(faults, part) {
			t.Errorf("%q was not seen among:\n%s", part, faults)
		}
	}
}
