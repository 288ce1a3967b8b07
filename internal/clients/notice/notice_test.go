package notice

import (
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
)

func wordsOf(t *testing.T, l Letter) string {
	t.Helper()
	return strings.Join(Determination(t.Context(), l).Words(), "\n")
}

func letter(l locale.Language, reasons ...eligibility.Reason) Letter {
	income := eligibility.Cents(300_000)
	return Letter{
		Language: l, Name: "Ana Ruiz", Clinic: "North Clinic", On: civil.MustParse("2025-01-20"),
		Decision: eligibility.Decision{
			Outcome: eligibility.Ineligible, PrimaryReason: reasons[0], AllReasons: reasons, Income: &income, FamilySize: 2,
			Limit: 340_700, TableEffectiveFrom: civil.MustParse("2024-04-01"),
		},
	}
}

// Every reason for which somebody does not qualify stands in the letter in
// plain words of the client's language, with figures, the date of the income
// table, hearing rights and where else to go (policy: client elig p3, p5; portal
// rules 13.5).
func TestEveryReasonInBothLanguages(t *testing.T) {
	want := map[eligibility.Reason][2]string{
		eligibility.NotResident:     {"You do not live in California.", "Usted no vive en California."},
		eligibility.IncomeOverLimit: {"$3,000.00 a month before taxes. For a family size of 2 the limit is $3,407.00", "$3,000.00 al mes antes de impuestos. Para una familia de tamaño 2, el límite es $3,407.00"},
		eligibility.NoMedicalNeed:   {"no medical need for family planning", "no tiene necesidad médica"},
		eligibility.Covered:         {"other coverage that pays for family planning", "otra cobertura que paga la planificación familiar"},
		eligibility.FullMediCal:     {"Medi-Cal that pays for family planning", "Medi-Cal que paga la planificación familiar"},
		eligibility.Pregnant:        {"You are pregnant.", "Usted está embarazada."},
		eligibility.Inmate:          {"jail, prison", "cárcel, prisión"},
		eligibility.NotAffirmed:     {"did not confirm at the visit", "no confirmó que todavía"},
	}
	always := [2][]string{
		{"You do not qualify for Family PACT now", "Ana Ruiz", "North Clinic", "January 20, 2025", "April 1, 2024", "fair hearing", "first level review", "95899-7413", "Medi-Cal", "Covered California", "Presumptive eligibility", "new form"},
		{"Usted no reúne ahora los requisitos de Family PACT", "Ana Ruiz", "North Clinic", "20 de enero de 2025", "1 de abril de 2024", "audiencia imparcial", "revisión de primer nivel", "95899-7413", "Medi-Cal", "Covered California", "Elegibilidad presunta", "formulario nuevo"},
	}
	for _, code := range eligibility.Reasons() {
		r := code.Code
		if code.Kind != eligibility.KindIneligible {
			continue
		}
		for i, l := range locale.Languages {
			got := wordsOf(t, letter(l, r))
			if want[r][i] == "" || !strings.Contains(got, want[r][i]) {
				t.Errorf("%s in %s: the letter lacks %q", r, l, want[r][i])
			}
			for _, w := range always[i] {
				if !strings.Contains(got, w) {
					t.Errorf("%s in %s: the letter lacks %q", r, l, w)
				}
			}
		}
	}
}

func TestAllReasonsInTheirOrder(t *testing.T) {
	got := wordsOf(t, letter(locale.English, eligibility.NotResident, eligibility.Pregnant, eligibility.IncomeOverLimit))
	a, b, c := strings.Index(got, "do not live"), strings.Index(got, "are pregnant"), strings.Index(got, "above the limit")
	if a < 0 || b < a || c < b {
		t.Errorf("reasons stand at %d, %d, %d", a, b, c)
	}
}

// The end of an enrollment that failed its recertification is told with it.
func TestEndIsTold(t *testing.T) {
	l := letter(locale.Spanish, eligibility.Pregnant)
	if strings.Contains(wordsOf(t, l), "Su cobertura termina") {
		t.Error("a first decision tells of an end")
	}
	l.Decision.DeactivationCode, l.Decision.DeactivationEffective = "05", civil.MustParse("2025-01-21")
	if got := wordsOf(t, l); !strings.Contains(got, "Su cobertura termina el 21 de enero de 2025") {
		t.Error("the letter does not say when the coverage ends")
	}
}

func TestEligible(t *testing.T) {
	starts := civil.MustParse("2025-01-20")
	for i, want := range [][]string{
		{"You qualify for Family PACT", "9500 0012 A3 6013", "8H", "January 20, 2025", "January 19, 2026", "November 20, 2025", "fair hearing"},
		{"Usted reúne los requisitos de Family PACT", "9500 0012 A3 6013", "8H", "20 de enero de 2025", "19 de enero de 2026", "20 de noviembre de 2025", "audiencia"},
	} {
		l := letter(locale.Languages[i], eligibility.NotResident)
		l.HAP, l.StartsOn, l.EndsOn = "95000012A36013", starts, starts.AddDays(364)
		l.Decision.Outcome, l.Decision.AllReasons = eligibility.Eligible, []eligibility.Reason{"E00"}
		got := wordsOf(t, l)
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: the letter lacks %q", l.Language, w)
			}
		}
		if strings.Contains(got, locale.NoticeReasonI01.In(locale.WithLanguage(t.Context(), l.Language))) {
			t.Errorf("%s: the letter gives a reason against", l.Language)
		}
	}
}

// The name of the file and of its window says nothing (ux.md 14.3).
func TestNameIsNeutral(t *testing.T) {
	for i, want := range []string{"Letter", "Carta"} {
		if p := Determination(t.Context(), letter(locale.Languages[i], eligibility.NotResident)); p.Name != want {
			t.Errorf("name %q, want %q", p.Name, want)
		}
	}
}
