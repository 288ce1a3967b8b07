package journey

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/checkpage"
)

// TestCare is how somebody without an account sees if they may qualify, and
// looks for a clinic.
func TestCare(t *testing.T) {
	open(t, browsertest.Options{}, deskDay).care()
}

// TestCareWithoutScript is the same in a browser that runs no script.
func TestCareWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, deskDay).care()
}

func (p *portal) care() {
	p.Helper()
	if err := incometable.Load(p.root.Context(), p.app.DB); err != nil {
		p.Fatal(err)
	}
	p.clinics(45)
	w := p.person("Ines", "Quandt", "ines@nowhere.example")
	p.step("likely", func() { w.likely() })
	p.step("likely not", func() { w.unlikely() })
	p.step("not known", func() { w.notKnown() })
	p.step("a clinic nearby", func() { w.findsClinic() })
	p.step("no clinic", func() { w.findsNone() })
	p.step("pages to read", func() { w.reads() })
	p.step("nothing is kept", func() { p.nothingKept() })
}

// clinics adds so many clinics in Sacramento.
func (p *portal) clinics(n int) {
	p.Helper()
	for i := range n {
		zip := []string{"95814", "95816", "95811"}[i%3]
		if _, err := p.sql.Exec(context.Background(), `
			INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone, enrolled_on, created_at, updated_at)
			VALUES ($1, '2681797371', $2, $3, 'Solo', 'private', $4, 'Sacramento', $5, '34', '(555) 555-0142', '2020-01-01', portal_now(), portal_now())`,
			uuid.Must(uuid.NewV7()), fmt.Sprint("K", i), fmt.Sprintf("Riverbend Health %d", i+1), fmt.Sprintf("%d Levee Road", i+1), zip); err != nil {
			p.Fatal(err)
		}
	}
}

// likely goes through all parts, with everything left out once, and looks at
// the result in both languages.
func (w *person) likely() {
	w.Helper()
	w.at("/")
	w.look("care-home")
	w.follows(locale.MenuCheck)
	w.found("/check", 200)
	w.look("check-residence")
	w.presses(locale.CheckNext)
	w.found("/check/need", 422)
	w.wants(locale.QResidentErrMissing, locale.QInstitutionErrMissing)
	w.look("check-residence-missing")
	w.picks("resident=Y", "institution=N")
	w.presses(locale.CheckNext)
	w.found("/check/need", 200)
	w.look("check-need")
	w.picks("need=Y", "pregnant=NOT_PREGNANT")
	w.presses(locale.CheckNext)
	w.look("check-household")
	w.presses(locale.CheckNext)
	w.found("/check/coverage", 422)
	w.look("check-household-missing")
	w.picks("minor=Y", "often=TWO_WEEKS")
	w.Fill("people", "1")
	w.Fill("income", "$412.50")
	w.presses(locale.CheckNext)
	w.found("/check/coverage", 200)
	w.look("check-coverage")
	w.presses(locale.CheckBack)
	if got := w.Value("income"); got != "$412.50" {
		w.Errorf("after going back the income is %q", got)
	}
	w.presses(locale.CheckNext)
	w.picks("medi-cal=N", "insurance=N")
	w.presses(locale.CheckSee)
	w.found("/check/result", 200)
	w.wants(locale.CheckLikely, locale.CheckMinorResult, locale.CheckKept)
	w.Want("$893.75")
	w.look("check-likely")
	w.Press(say(locale.LayoutLanguageEs))
	w.Want(inSpanish(locale.CheckLikely))
	w.look("consulta-probable")
	w.at("/check/result")
	w.found("/check", 200) // a reload brings no answers
}

// unlikely has Medi-Cal and lives elsewhere, in Spanish.
func (w *person) unlikely() {
	w.Helper()
	w.at("/es/check")
	w.look("consulta-residencia")
	next := func() { w.Press(inSpanish(locale.CheckNext)) }
	w.picks("resident=N", "institution=N")
	next()
	w.look("consulta-necesidad")
	w.picks("need=operation", "pregnant=CONFIRMED")
	next()
	w.look("consulta-familia")
	w.picks("minor=N", "often=WEEK")
	w.Fill("people", "3")
	w.Fill("income", "2400")
	next()
	w.picks("medi-cal=Y", "insurance=Y")
	w.look("consulta-cobertura")
	w.Press(inSpanish(locale.CheckSee))
	w.found("/es/check/result", 422)
	w.look("consulta-cobertura-falta")
	w.picks("medi-cal-kind=FULL_SCOPE_NO_SOC", "covers=COVERS_CONTRACEPTION", "cost=NONE", "barrier=N")
	w.Press(inSpanish(locale.CheckSee))
	w.found("/es/check/result", 200)
	w.Want(inSpanish(locale.CheckUnlikely))
	w.Want(inSpanish(locale.NoticeReasonI01))
	w.Want(inSpanish(locale.ResultElsewhereMediCal))
	w.look("consulta-no-probable")
	w.Press(inSpanish(locale.CheckChange))
	w.Want(inSpanish(locale.CheckResidence))
}

// notKnown does not know what the insurance pays for.
func (w *person) notKnown() {
	w.Helper()
	w.at("/check")
	w.picks("resident=Y", "institution=N")
	w.presses(locale.CheckNext)
	w.picks("need=Y", "pregnant=SUSPECTED")
	w.presses(locale.CheckNext)
	w.Choose("minor=N")
	w.Fill("people", "2")
	w.Fill("income", "0")
	w.presses(locale.CheckNext)
	w.picks("medi-cal=N", "insurance=Y")
	w.picks("covers="+checkpage.Unknown, "cost="+checkpage.Unknown, "barrier=N")
	w.presses(locale.CheckSee)
	w.wants(locale.CheckOpen, locale.CheckOpenCoverage)
	w.look("check-open")
	w.follows(locale.CheckClinic)
}

// findsClinic looks for a clinic by ZIP code, turns the page, and goes on in
// Spanish.
func (w *person) findsClinic() {
	w.Helper()
	w.found("/find-care", 200)
	w.look("find-care")
	w.Fill("where", "99999")
	w.presses(locale.FindSearch)
	w.found("/find-care", 422)
	w.wants(locale.FindWhereUnknown)
	w.look("find-care-unknown")
	w.Fill("where", "95814")
	w.presses(locale.FindSearch)
	w.found("/find-care", 200)
	w.wants(locale.FindCount.With("Count", 45), locale.FindDistanceHere)
	w.look("find-care-zip")
	w.Press(say(locale.UiPaginationNext))
	w.wants(locale.FindPages.With("Number", 2, "Last", 3))
	w.look("find-care-second")
	w.Press(say(locale.LayoutLanguageEs))
	w.look("buscar-clinica")
	w.Fill("where", "condado de Sacramento")
	w.Press(inSpanish(locale.FindSearch))
	w.look("buscar-condado")
	if strings.Contains(w.URL(), "95814") || strings.Contains(w.URL(), "?") {
		w.Errorf("the place stands in the address: %s", w.URL())
	}
}

func (w *person) findsNone() {
	w.Helper()
	w.at("/find-care")
	w.Fill("where", "Fresno")
	w.presses(locale.FindSearch)
	w.wants(locale.FindNone)
	w.look("find-care-none")
}

// reads goes through the pages that say what to do.
func (w *person) reads() {
	w.Helper()
	for _, path := range []string{"/about", "/apply", "/how-to-use", "/rights", "/rights/hearing", "/forms", "/forms/cec", "/forms/rec", "/sitemap"} {
		name := strings.ReplaceAll(path, "/", "-")
		w.at(path)
		w.found(path, 200)
		w.look("care" + name)
		w.at("/es" + path)
		w.found("/es"+path, 200)
		w.look("atencion" + name)
	}
}

// nothingKept fails when the database has an account, a session or a kept form
// after all this.
func (p *portal) nothingKept() {
	p.Helper()
	for _, table := range []string{"account", "client", "application", "kept_form"} {
		var n int
		if err := p.sql.QueryRow(context.Background(), `SELECT count(*) FROM `+table).Scan(&n); err != nil || n != 0 {
			p.Errorf("%s has %d rows, %v", table, n, err)
		}
	}
}

// picks chooses several answers.
func (w *person) picks(answers ...string) {
	w.Helper()
	for _, a := range answers {
		w.Choose(a)
	}
}

func inSpanish(text locale.Phrase) string {
	return text.In(locale.WithLanguage(context.Background(), locale.Spanish))
}
