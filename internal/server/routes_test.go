package server_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/server"
)

// again marks the routes in the list that ask for password and passcode anew.
const again = "✎"

// listed is the list of routes that a reviewer reads: the letters of each.
func listed(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/routes.txt")
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		f := strings.Fields(line)
		if len(f) < 3 {
			t.Fatalf("routes.txt: %q is not a method, a path and letters", line)
		}
		list[f[0]+" "+f[1]] = strings.Join(f[2:], "")
	}
	return list
}

func name(l server.Line) string { return l.Method + " " + l.Path }

func TestListOfRoutesIsWhole(t *testing.T) {
	w := newWorld(t)
	list := listed(t)
	for _, l := range w.app.Server().Lines() {
		letters, ok := list[name(l)]
		if !ok {
			t.Errorf("routes.txt lacks %s", name(l))
		}
		if l.Fresh != strings.Contains(letters, again) {
			t.Errorf("%s asks for the password anew = %v, routes.txt says %q", name(l), l.Fresh, letters)
		}
		if l.File && strings.Contains(l.Path, "{") {
			t.Errorf("%s takes a file and has a variable part: the larger limit looks for whole paths", name(l))
		}
		delete(list, name(l))
	}
	for route := range list {
		t.Errorf("routes.txt has %s, the table has not", route)
	}
}

// walk is a world that knows which handler was reached.
type walk struct {
	*world
	reached bool
}

func newWalk(t *testing.T, opts ...option) *walk {
	t.Helper()
	k := &walk{world: newWorld(t, opts...)}
	k.furnish()
	s := k.app.Server()
	s.Around(func(_ server.Line, next handler.Func) handler.Func {
		return func(w http.ResponseWriter, r *http.Request) error {
			k.reached = true
			return next(w, r)
		}
	})
	k.handler = s.Handler()
	return k
}

// lines are the routes, those that only show before those that do.
func (k *walk) lines() []server.Line {
	lines := k.app.Server().Lines()
	slices.SortStableFunc(lines, func(a, b server.Line) int { return strings.Compare(a.Method, b.Method) })
	return lines
}

// ask asks for an address of the route and reports whether its handler was
// reached.
func (k *walk) ask(l server.Line, target string, as who) (rec *httptest.ResponseRecorder, reached bool) {
	k.t.Helper()
	k.reached = false
	if l.Method == http.MethodPost {
		rec = k.post(target, as, nil)
	} else {
		rec = k.get(target, as)
	}
	if rec.Code >= 500 {
		k.t.Errorf("%s %s as %s = %d\n%s", l.Method, target, as, rec.Code, lastLines(k.log.String()))
	}
	return rec, k.reached
}

func lastLines(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return strings.Join(lines[max(0, len(lines)-2):], "\n")
}

// TestEveryRouteAsEveryRole asks for every route as everybody: it opens for
// those whose letter is in the list, is not there for the others, and sends
// nobody to sign in.
func TestEveryRouteAsEveryRole(t *testing.T) {
	k, list := newWalk(t), listed(t)
	for _, l := range k.lines() {
		for _, as := range everybody {
			rec, open := k.ask(l, k.own(l, as), as)
			if want := strings.Contains(list[name(l)], string(as)); open != want {
				t.Errorf("%s as %s: open = %v, want it for %q", name(l), as, open, list[name(l)])
			}
			k.judge(l, as, rec, open)
		}
	}
}

func (k *walk) judge(l server.Line, as who, rec *httptest.ResponseRecorder, open bool) {
	k.t.Helper()
	signedIn := as != asNobody && as != asHalf
	switch {
	case open:
		if rec.Code == http.StatusNotFound && l.Method == http.MethodGet {
			k.t.Errorf("%s as %s: their own is not found", name(l), as)
		}
	case signedIn:
		if rec.Code != http.StatusNotFound {
			k.t.Errorf("%s as %s = %d, want 404", name(l), as, rec.Code)
		}
	default:
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/sign-in" {
			k.t.Errorf("%s as %s = %d to %q, want 303 to /sign-in", name(l), as, rec.Code, rec.Header().Get("Location"))
		}
	}
}

// TestNobodyReachesWhatIsNotTheirs asks for things of the other site, for ids
// of nothing and for what is no id.
func TestNobodyReachesWhatIsNotTheirs(t *testing.T) {
	k, list := newWalk(t), listed(t)
	for _, l := range k.lines() {
		n, ok := find(l.Path)
		if !ok {
			continue
		}
		for _, as := range everybody {
			if !strings.Contains(list[name(l)], string(as)) {
				continue
			}
			nothing, _ := k.ask(l, k.fill(l.Path, uuid.Must(uuid.NewV7()).String()), as)
			for what, value := range k.strangers(n, as) {
				rec, _ := k.ask(l, k.fill(l.Path, value), as)
				if rec.Code < 400 && !harmless(l) {
					t.Errorf("%s as %s for %s = %d, want it refused", name(l), as, what, rec.Code)
				}
				if isID(value) && rec.Code != nothing.Code {
					t.Errorf("%s as %s for %s = %d, for a random id %d: that tells them apart", name(l), as, what, rec.Code, nothing.Code)
				}
				if !isID(value) && l.Method == http.MethodGet && rec.Code != http.StatusNotFound {
					t.Errorf("%s as %s for %s = %d, want 404", name(l), as, what, rec.Code)
				}
			}
		}
	}
}

func isID(value string) bool {
	_, err := uuid.Parse(value)
	return err == nil
}

// harmless reports whether the route does no harm with an id of nothing:
// giving up what is not there leaves nothing to do, and the first page of an
// application looks at what was found when it is sent.
func harmless(l server.Line) bool {
	return strings.HasSuffix(l.Path, "/give-up") || name(l) == "GET /provider/enroll/{result}/start"
}

func (k *walk) strangers(n named, as who) map[string]string {
	all := map[string]string{
		"the nil id": uuid.Nil.String(), "no id": "12",
		"a quote": "%27%20OR%201=1--", "a NUL": "%00", "bad UTF-8": "%ff%fe", "a path": "..%2f..%2fofp",
		"an own id and more": n.own(k.things, as) + "x",
	}
	if n.gone != nil {
		all["one that was deleted"] = n.gone(k.things)
	}
	if n.far != nil {
		all["one of the other site"] = n.far(k.things)
	}
	return all
}

// TestStaleSignInsConfirmFirst asks for the marked routes with a password of
// an hour ago.
func TestStaleSignInsConfirmFirst(t *testing.T) {
	k, list := newWalk(t), listed(t)
	for _, l := range k.lines() {
		if !l.Fresh {
			continue
		}
		for _, as := range everybody {
			if !strings.Contains(list[name(l)], string(as)) {
				continue
			}
			r := k.request(l.Method, k.own(l, as), as, "")
			k.exec(`UPDATE session SET password_at = password_at - interval '16 minutes', passcode_at = passcode_at - interval '16 minutes'`)
			k.reached = false
			rec := k.send(r)
			if k.reached || rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/sign-in/again" {
				t.Errorf("%s as %s = %d to %q, want 303 to /sign-in/again", name(l), as, rec.Code, rec.Header().Get("Location"))
			}
		}
	}
}
