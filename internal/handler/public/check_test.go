package public_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/public"
	"familypact.example/portal/internal/platform/civil"
)

// april is a day on which the last table that is shipped is in force.
var april = fakeTables{today: civil.MustParse("2026-04-01")}

// send posts a form to a page.
func send(t *testing.T, path string, fn handler.Func, fields url.Values) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(fields.Encode()))
	if err := fn(w, r); err != nil {
		t.Fatal(err)
	}
	return w
}

// answered are the answers of somebody who is likely to qualify, with changes:
// pairs of name and value, an empty value for none.
func answered(changes ...string) url.Values {
	v := url.Values{
		"resident": {"Y"}, "institution": {"N"}, "need": {"Y"}, "pregnant": {"NOT_PREGNANT"},
		"minor": {"N"}, "people": {"2"}, "income": {"1,500"}, "often": {"MONTH"}, "medi-cal": {"N"}, "insurance": {"N"},
	}
	for i := 0; i < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			v.Del(changes[i])
		}
	}
	return v
}

const likely, unlikely, open = "You are likely to qualify", "You likely do not qualify today", "We cannot tell yet"

func TestCheckSaysHowItLooks(t *testing.T) {
	t.Parallel()
	limit := incometable.Shipped()
	two := limit[len(limit)-1].Monthly[1] // cents
	at, over := dollarsOf(int64(two)), dollarsOf(int64(two)+1)
	insured := []string{"insurance", "Y", "covers", "COVERS_CONTRACEPTION", "cost", "NONE"}
	tests := []struct {
		name    string
		changes []string
		title   string
		says    string
	}{
		{"all is well", nil, likely, "You live in California."},
		{"at the limit", []string{"income", at}, likely, "For a family size of 2"},
		{"a cent over it", []string{"income", over}, unlikely, "For a family size of 2"},
		{"over it by the week", []string{"income", "1,000", "often", "WEEK"}, unlikely, "$4,333.33"},
		{"by the year", []string{"income", "12000", "often", "YEAR"}, likely, "$1,000"},
		{"nothing, and no word how often", []string{"income", "0", "often", ""}, likely, "gets $0"},
		{"17 or under", []string{"minor", "Y"}, likely, "We did not count your parents"},
		{"elsewhere", []string{"resident", "N"}, unlikely, "You do not live in California."},
		{"in custody", []string{"institution", "Y"}, unlikely, "public institution"},
		{"no need", []string{"need", "N"}, unlikely, "no medical need"},
		{"operated on of late", []string{"need", "operation"}, likely, "You have a need"},
		{"pregnant", []string{"pregnant", "CONFIRMED"}, unlikely, "Presumptive eligibility"},
		{"perhaps pregnant", []string{"pregnant", "SUSPECTED"}, likely, "or do not know yet"},
		{"Medi-Cal", []string{"medi-cal", "Y", "medi-cal-kind", "FULL_SCOPE_NO_SOC", "barrier", "N"}, unlikely, "You have Medi-Cal that pays"},
		{"Medi-Cal that would tell", []string{"medi-cal", "Y", "medi-cal-kind", "FULL_SCOPE_NO_SOC", "barrier", "Y"}, likely, "Medi-Cal does not stand"},
		{"Medi-Cal of a kind not known", []string{"medi-cal", "Y", "medi-cal-kind", "unknown", "barrier", "N"}, open, "what your coverage pays for"},
		{"not known, and it would tell", []string{"medi-cal", "Y", "medi-cal-kind", "unknown", "barrier", "Y"}, likely, "Medi-Cal does not stand"},
		{"insured", append(insured, "barrier", "N"), unlikely, "none of the exceptions fits"},
		{"insured, and it would tell", append(insured, "barrier", "Y"), likely, "Other insurance does not stand"},
		{"insured, all not known", []string{"insurance", "Y", "covers", "unknown", "cost", "unknown", "barrier", "Y"}, likely, "Other insurance does not stand"},
		{"not known, and elsewhere", []string{"resident", "N", "insurance", "Y", "covers", "unknown", "cost", "NONE", "barrier", "N"}, unlikely, "what your coverage pays for"},
	}
	h := public.New(april, fakeClock{}, public.Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := send(t, "/check/result", h.CheckResult, answered(tt.changes...))
			body := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(body, tt.title) || !strings.Contains(body, tt.says) {
				t.Errorf("%d, want %q and %q in\n%s", w.Code, tt.title, tt.says, mainOf(body))
			}
		})
	}
}

func dollarsOf(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

func mainOf(html string) string {
	_, main, _ := strings.Cut(html, "<main")
	main, _, _ = strings.Cut(main, "</main>")
	return main
}

// No table for today: the income is open, and nothing is claimed.
func TestCheckWithoutATable(t *testing.T) {
	t.Parallel()
	h := public.New(fakeTables{today: civil.MustParse("2020-01-01")}, fakeClock{}, public.Options{})
	if body := send(t, "/check/result", h.CheckResult, answered()).Body.String(); !strings.Contains(body, open) || strings.Contains(mainOf(body), "$") {
		t.Errorf("without a table:\n%s", mainOf(body))
	}
}

// Every page says all that is wrong with it at once, whichever page is asked
// for, and a page that was skipped is shown.
func TestCheckNamesEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	h := public.New(april, fakeClock{}, public.Options{})
	tests := []struct {
		name   string
		fn     handler.Func
		fields url.Values
		wrong  []string
	}{
		{"first part", h.CheckNeed, url.Values{}, []string{"resident", "institution"}},
		{"first part skipped", h.CheckResult, answered("resident", "", "people", ""), []string{"resident"}},
		{"not offered", h.CheckNeed, answered("resident", "MAYBE"), []string{"resident"}},
		{"need", h.CheckHousehold, answered("need", "", "pregnant", ""), []string{"need", "pregnant"}},
		{"family", h.CheckCoverage, answered("minor", "", "people", "", "income", "", "often", ""), []string{"minor", "people", "income", "often"}},
		{"nobody", h.CheckCoverage, answered("people", "0"), []string{"people"}},
		{"too many", h.CheckCoverage, answered("people", "21"), []string{"people"}},
		{"words", h.CheckCoverage, answered("people", "two", "income", "a lot"), []string{"people", "income"}},
		{"how often", h.CheckCoverage, answered("often", ""), []string{"often"}},
		{"coverage", h.CheckResult, answered("medi-cal", "", "insurance", ""), []string{"medi-cal", "insurance"}},
		{"its kind", h.CheckResult, answered("medi-cal", "Y", "insurance", "Y"), []string{"medi-cal-kind", "covers", "cost", "barrier"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := send(t, "/check", tt.fn, tt.fields)
			body := w.Body.String()
			if w.Code != http.StatusUnprocessableEntity || strings.Count(body, `<a href="#`) < len(tt.wrong) {
				t.Errorf("%d\n%s", w.Code, mainOf(body))
			}
			for _, name := range tt.wrong {
				if !strings.Contains(body, `<a href="#`+name+`"`) {
					t.Errorf("%s is not named", name)
				}
			}
		})
	}
	if w := send(t, "/check", h.CheckCoverage, answered("people", "20")); w.Code != http.StatusOK {
		t.Errorf("a family of 20 = %d", w.Code)
	}
}

// Answers travel in the form and nowhere else: no redirect, no cookie, no
// address with an answer (security.md 14.4, 14.5).
func TestCheckKeepsNothing(t *testing.T) {
	t.Parallel()
	h := public.New(april, fakeClock{}, public.Options{})
	for path, fn := range map[string]handler.Func{
		"/check/need": h.CheckNeed, "/check/household": h.CheckHousehold, "/check/coverage": h.CheckCoverage, "/check/result": h.CheckResult,
	} {
		w := send(t, path, fn, answered("income", "1234.56"))
		if w.Code != http.StatusOK || w.Header().Get("Location") != "" || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: %d, %v", path, w.Code, w.Header())
		}
		for part := range strings.SplitSeq(w.Body.String(), `href="`) {
			if href, _, _ := strings.Cut(part, `"`); strings.Contains(href, "1234") || strings.Contains(href, "resident") {
				t.Errorf("%s: an answer stands in %q", path, href)
			}
		}
		if !strings.Contains(w.Body.String(), "1234.56") {
			t.Errorf("%s does not carry the income along", path)
		}
	}
	if w := ask(t, h.RestartCheck); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/check" {
		t.Errorf("an address typed: %d to %q", w.Code, w.Header().Get("Location"))
	}
}

func TestCheckGoesBackAndChangesLanguage(t *testing.T) {
	t.Parallel()
	h := public.New(april, fakeClock{}, public.Options{})
	tests := []struct {
		name   string
		fn     handler.Func
		fields url.Values
		says   string
	}{
		{"back from the family", h.CheckCoverage, answered("back", "yes", "people", "x"), "Your need for care"},
		{"back from the first", h.CheckNeed, answered("back", "yes"), "Where you live"},
		{"from the result", h.CheckResult, answered("seen", "yes", "change", "yes"), "Where you live"},
		{"Spanish in the middle, unchecked", h.CheckCoverage, answered("switch-language", "es", "people", "x"), `value="x"`},
		{"Spanish result", h.CheckResult, answered("seen", "yes", "switch-language", "es"), "Es probable que califique"},
		{"Spanish of the last part", h.CheckResult, answered("switch-language", "es"), "Su otra cobertura"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := send(t, "/check", tt.fn, tt.fields)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), tt.says) || strings.Contains(w.Body.String(), "govuk-error-summary") {
				t.Errorf("%d, want %q in\n%s", w.Code, tt.says, mainOf(w.Body.String()))
			}
		})
	}
}
