package enroll_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/handoverpage"
)

// pace is how fast somebody works.
type pace struct {
	word, key, point, mind, page time.Duration
}

// The published paces: to point and press 1.1 s and 0.2 s, and to make up one's
// mind 1.35 s (keystroke-level model: Card, Moran, Newell 1983); a key of an
// average typist 0.28 s (there), on a telephone 0.33 s, 36 words a minute (Palin
// and others 2019); an adult reads 238 words a minute, and aloud 183 (Brysbaert
// 2019). A page comes in half a second.
const (
	pointing = 1300 * time.Millisecond
	minding  = 1350 * time.Millisecond
	coming   = 500 * time.Millisecond
)

// paces are of a client who reads every word, and of somebody of a clinic who
// asks each question aloud and types what is answered; and, for comparison, of
// slow readers.
func paces(density string, slow bool) pace {
	word, key := 238, 330*time.Millisecond
	switch {
	case density == "client" && slow:
		word, key = 150, 500*time.Millisecond
	case density == "staff" && slow:
		word, key = 130, 280*time.Millisecond
	case density == "staff":
		word, key = 183, 280*time.Millisecond
	}
	return pace{word: time.Minute / time.Duration(word), key: key, point: pointing, mind: minding, page: coming}
}

// The limits of the program's aim, for the median of the personas.
const (
	clientLimit = 10 * time.Minute
	staffLimit  = 6 * time.Minute
)

// effort is what pages ask of somebody.
type effort struct{ words, keys, clicks, fields, pages int }

func (e effort) add(o effort) effort {
	return effort{e.words + o.words, e.keys + o.keys, e.clicks + o.clicks, e.fields + o.fields, e.pages + o.pages}
}

func (e effort) at(p pace) time.Duration {
	return time.Duration(e.words)*p.word + time.Duration(e.keys)*p.key + time.Duration(e.clicks)*p.point +
		time.Duration(e.fields)*p.mind + time.Duration(e.pages)*p.page
}

// reader reads one page after the other. What stands on every page, as the
// progress and the buttons do, is read once.
type reader struct {
	*testing.T
	known map[string]bool
}

func newReader(t *testing.T) reader { return reader{t, map[string]bool{}} }

// seen is a page as it was rendered, with what is typed into it.
type seen struct {
	t      reader
	main   *html.Node
	values url.Values
}

func (t reader) see(page string, values url.Values) seen {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "main" {
			return seen{t, n, values}
		}
	}
	t.Fatal("the page has no main part")
	return seen{}
}

// filled is what filling in the page takes: one field after the other, then the
// button. A field that the page does not have is an error.
func (s seen) filled(words int) effort {
	s.t.Helper()
	e := effort{words: words, clicks: 1, pages: 1}
	for name, values := range s.values {
		if name == "version" || strings.Join(values, "") == "" {
			continue
		}
		kind, ok := s.kind(name)
		switch {
		case !ok:
			s.t.Errorf("the page has no field %s", name)
		case kind == "hidden" && strings.HasSuffix(name, "-rows"): // a button for each row, but for the first income
			rows := strings.Count(strings.Trim(values[0], ",")+",", ",")
			if strings.HasPrefix(name, "income") {
				rows--
			}
			e.clicks, e.pages = e.clicks+rows, e.pages+rows
		case kind == "hidden":
		case kind == "radio" || kind == "checkbox":
			e.clicks, e.fields = e.clicks+len(values), e.fields+1
		case kind == "select":
			e.clicks, e.keys, e.fields = e.clicks+1, e.keys+3, e.fields+1
		default:
			e.keys, e.fields = e.keys+utf8.RuneCountInString(values[0])+1, e.fields+1
		}
	}
	return e
}

// kind is the type of a field, select for a list.
func (s seen) kind(name string) (string, bool) {
	for n := range s.main.Descendants() {
		if n.Type != html.ElementNode || attribute(n, "name") != name {
			continue
		}
		if n.Data == "select" {
			return n.Data, true
		}
		return attribute(n, "type"), true
	}
	return "", false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// visible counts the words that are seen for the first time: not those that are
// closed, hidden, in a list to choose from, or of the steps beside the page.
func (t reader) visible(n *html.Node) int {
	if n.Type == html.TextNode {
		words := strings.Fields(n.Data)
		text := strings.Join(words, " ")
		if t.known[text] {
			return 0
		}
		t.known[text] = true
		return len(words)
	}
	class := attribute(n, "class")
	if slices.Contains([]string{"script", "style", "template", "select", "datalist", "nav"}, n.Data) ||
		strings.Contains(class, "visually-hidden") || strings.Contains(class, "__conditional--hidden") {
		return 0
	}
	count := 0
	for c := range n.ChildNodes() {
		if n.Data == "details" && c.Data != "summary" {
			continue
		}
		count += t.visible(c)
	}
	return count
}

// asked counts the words that are said aloud: the questions, the names of their
// fields, and of a list the answer that is chosen.
func (s seen) asked() int {
	chosen := map[string]bool{}
	for n := range s.main.Descendants() {
		if kind := attribute(n, "type"); n.Data == "input" && (kind == "radio" || kind == "checkbox") {
			chosen[attribute(n, "id")] = slices.Contains(s.values[attribute(n, "name")], attribute(n, "value"))
		}
	}
	count := 0
	for n := range s.main.Descendants() {
		switch n.Data {
		case "legend":
			count += s.t.visible(n)
		case "label":
			if said, choice := chosen[attribute(n, "for")]; said || !choice {
				count += s.t.visible(n)
			}
		}
	}
	return count
}

// personas are the people whose applications are timed.
func personas() map[string][]applicationtest.Change {
	answer := applicationtest.Answer
	reached := answer(question.ContactWays, "contact-phone", "(559) 555-0123", "contact-text", "Y", "contact-call", "N", "contact-voice", "N")
	number := answer(question.SSN, "ssn-number", "123-45-6789")
	return map[string][]applicationtest.Change{
		"alone, one job, wants no contact":                            nil,
		"alone, reached by text, gives the number of Social Security": {reached, number},
		"no fixed address, no income": {
			answer(question.HomeAddress, "address-none", "yes", "address-zip", "93701", "address-mail", "N"),
			answer("income/self", "income-self-rows", "1", "income-self-1-amount", "0"),
			answer(question.IncomeCheck, "income-check", "Y", "income-check-total", "0.00"),
		},
		"married, two children, both work": {
			reached, number, answer(question.Marital, "marital", "MARRIED"),
			answer(question.Family, "household-rows", "1,2,3", "household-size", "4",
				"household-1-name", "Jorge", "household-1-relation", "SPOUSE", "household-1-age", "31", "household-1-lives", "Y",
				"household-2-name", "Luz", "household-2-relation", "CHILD", "household-2-age", "6", "household-2-lives", "Y", "household-2-claimed", "Y", "household-2-files", "N",
				"household-3-name", "Marco", "household-3-relation", "CHILD", "household-3-age", "3", "household-3-lives", "Y", "household-3-claimed", "Y", "household-3-files", "N"),
			answer("income/1", "income-1-rows", "1", "income-1-1-amount", "640.50", "income-1-1-often", "WEEK", "income-1-1-source", "W01"),
			answer(question.IncomeCheck, "income-check", "Y", "income-check-total", "3975.50"),
		},
		"of 16, at school, keeps it from the parents": {
			answer(question.SafeContact, "safe-contact", "Y"), applicationtest.Born("6", "2", "2008"), applicationtest.Without(question.Tax),
			answer("income/self", "income-self-rows", "1", "income-self-1-amount", "0"),
			answer(question.IncomeCheck, "income-check", "Y", "income-check-total", "0.00"),
		},
		"a share of cost at Medi-Cal, a plan of the parents, two jobs": {
			reached, answer(question.MediCal, "medi-cal", "Y", "medi-cal-kind", "SOC_UNMET"),
			answer(question.Insurance, "insurance", "Y", "insurance-covers", "COVERS_CONTRACEPTION", "insurance-cost", "NONE", "insurance-student", "N"),
			answer(question.Barrier, "barrier", "Y"),
			answer("income/self", "income-self-rows", "1,2", "income-self-1-amount", "310", "income-self-1-often", "WEEK", "income-self-1-source", "W01",
				"income-self-2-amount", "200", "income-self-2-often", "MONTH", "income-self-2-source", "W01"),
			answer(question.IncomeCheck, "income-check", "Y", "income-check-total", "1543.33"),
		},
		"reads Spanish, an interpreter": {
			reached, answer(question.Language, "language-speak", "es", "language-read", "es", "language-interpreter", "Y"),
		},
	}
}

// TestTimeToApply works out how long the pages of both densities take, from
// what they are when they are rendered: the words, the fields, the keys and the
// presses. The median of the personas is below the aim (ux.md 5.1). With -v it
// prints the figures of each.
func TestTimeToApply(t *testing.T) {
	t.Parallel()
	spent, slow := map[string][]time.Duration{}, map[string][]time.Duration{}
	for name, changes := range personas() {
		t.Run(name, func(t *testing.T) {
			a := applicationtest.Complete(t, today, changes...)
			if missing := question.Missing(a); len(missing) > 0 {
				t.Fatalf("the persona has not answered %v", missing)
			}
			for density, e := range map[string]effort{"client": applies(t, a), "staff": isAsked(t, a)} {
				took := e.at(paces(density, false))
				spent[density] = append(spent[density], took)
				slow[density] = append(slow[density], e.at(paces(density, true)))
				t.Logf("%-6s %s  %d words, %d fields, %d keys, %d presses, %d pages", density, minutes(took), e.words, e.fields, e.keys, e.clicks, e.pages)
			}
		})
	}
	for density, limit := range map[string]time.Duration{"client": clientLimit, "staff": staffLimit} {
		t.Logf("%s density: median %s, longest %s, median of slow readers %s; aim: median under %s", density,
			minutes(median(spent[density])), minutes(slices.Max(spent[density])), minutes(median(slow[density])), minutes(limit))
		if took := median(spent[density]); took >= limit {
			t.Errorf("%s density takes %s, want less than %s", density, minutes(took), minutes(limit))
		}
	}
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(readme)), " ")
	for name, density := range map[string]string{"Client": "client", "Staff": "staff"} {
		says := fmt.Sprintf("%s density: the median is %.0f minutes", name, median(spent[density]).Minutes())
		if !strings.Contains(text, says) {
			t.Errorf("README.md does not say %q", says)
		}
	}
}

func median(list []time.Duration) time.Duration {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

func minutes(d time.Duration) string {
	return fmt.Sprintf("%d:%02d min", int(d.Minutes()), int(d.Seconds())%60)
}

// applies is the way of a client to whom the device was handed: every page from
// the first to the signature, in the language that the client reads.
func applies(t *testing.T, a question.Answers) effort {
	t.Helper()
	d, r := newDevice(t), newReader(t)
	d.fill(a)
	if _, read, _ := a.Languages(); read == "es" {
		d.language = locale.Spanish
	}
	read := func(path string, values url.Values) effort {
		s := r.see(d.get(path).Body.String(), values)
		return s.filled(r.visible(s.main))
	}
	total := read("/handover", nil)
	for _, q := range question.Sequence(a) {
		total = total.add(read(handoverpage.Page(q.ID), answered(a, q)))
	}
	total = total.add(read("/handover/check", nil))
	return total.add(read("/handover/sign", url.Values{"name": {a.Name().Full()}, "agree": {"yes"}}))
}

// isAsked is the way of staff who ask and type: every section, the check, and
// the signature, whose declaration is read aloud.
func isAsked(t *testing.T, a question.Answers) effort {
	t.Helper()
	c, r := newCounter(t), newReader(t)
	base := c.start()
	c.answer(base, a)
	var total effort
	for _, section := range question.Sections {
		values := url.Values{}
		for _, q := range question.InSection(section, a) {
			for name, x := range answered(a, q) {
				values[name] = x
			}
		}
		s := r.see(c.get(base+"/"+string(section)).Body.String(), values)
		total = total.add(s.filled(s.asked()))
	}
	s := r.see(c.get(base+"/check").Body.String(), nil)
	total = total.add(s.filled(0)) // looked over, not read aloud
	s = r.see(c.get(base+"/sign").Body.String(), url.Values{"language": {"en"}, "kind": {"electronic"}, "name": {a.Name().Full()}, "agree": {"yes"}})
	declaration := locale.SignStatement.In(context.Background())
	return total.add(s.filled(s.asked() + len(strings.Fields(declaration))))
}

// answered is what is typed for one question.
func answered(a question.Answers, q question.Question) url.Values {
	values := url.Values{}
	x, _ := a.Get(q.ID)
	for name, v := range x {
		values[name] = v
	}
	return values
}
