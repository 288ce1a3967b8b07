package question_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/locale"
)

func TestIDsAreThoseOfTheApplication(t *testing.T) {
	want := "safe-contact contact-ways language name birth-date address county ssn marital gender orientation sex-birth " +
		"ethnicity resident need pregnant medi-cal insurance barrier institution tax household income income-check notices"
	if got := ids(question.All); got != want {
		t.Errorf("got %s", cmp.Diff(want, got))
	}
}

// A question is complete where it is defined: nothing else is needed for it to
// be asked, shown, summed up and audited.
func TestEveryQuestionIsWhole(t *testing.T) {
	a := complete(t)
	covered := read(t, a, question.MediCal, "medi-cal", "Y", "medi-cal-kind", "SOC_UNMET")
	covered = read(t, covered, question.Barrier, "barrier", "N")
	lines := map[question.ID]question.Line{}
	for _, l := range question.Summary(covered) {
		lines[l.ID.Base()] = l
	}
	sections := ""
	for _, s := range question.Sections {
		sections += " " + ids(question.InSection(s, covered))
	}
	names := map[string]question.ID{}
	for _, q := range question.All {
		if q.Part == 0 || q.Section == "" || q.Kind == "" || q.Label == nil || q.Short == nil || q.Why == nil {
			t.Errorf("%s lacks part, section, kind, label, short name or reason", q.ID)
		}
		for _, l := range locale.Languages {
			if in(l, q.Label) == "" || in(l, q.Short) == "" {
				t.Errorf("%s has no words in %s", q.ID, l)
			}
		}
		if l, ok := lines[q.ID]; !ok || len(l.Values) == 0 || !l.Answered {
			t.Errorf("%s has no line in the summary: %+v", q.ID, l)
		}
		if !strings.Contains(sections, string(q.ID)) {
			t.Errorf("%s is in no section", q.ID)
		}
		for _, f := range q.Fields(covered, nil) {
			if other, taken := names[f.Name]; taken {
				t.Errorf("%s and %s both have a field %s", q.ID, other, f.Name)
			}
			names[f.Name] = q.ID
		}
	}
}

func TestStoredAnswersComeBackAsTyped(t *testing.T) {
	a := complete(t)
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	b, err := question.Parse(raw, today)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(b); string(again) != string(raw) {
		t.Error("answers changed by being stored")
	}
	if got := question.Changed(a, b); len(got) != 0 {
		t.Errorf("got changes %v, want none", got)
	}
	if len(question.Missing(b)) != 0 {
		t.Errorf("got missing %v, want none", question.Missing(b))
	}
	f := question.Fill(typed(t), b, question.BirthDate, "income/self")
	if f.Value("birth-date-month") != "marzo" || f.Value("income-self-1-amount") != "1,250.00" {
		t.Error("what was typed did not come back exactly")
	}
	if _, err := question.Parse([]byte("x"), today); err == nil {
		t.Error("read what are no answers")
	}
}

func TestNextFollowsTheAnswers(t *testing.T) {
	if q, ok := question.Next(question.New(today)); !ok || q.ID != question.SafeContact {
		t.Errorf("got %s first, want safe-contact", q.ID)
	}
	a := complete(t)
	if q, ok := question.Next(a); ok {
		t.Errorf("got %s, want nothing left", q.ID)
	}
	changed := read(t, a, question.MediCal, "medi-cal", "Y", "medi-cal-kind", "MANAGED_CARE")
	if q, _ := question.Next(changed); q.ID != question.Barrier {
		t.Errorf("got %s, want barrier after Medi-Cal", q.ID)
	}
	more := read(t, a, "income/self", income("self", "9 WEEK W01")...)
	if q, _ := question.Next(more); q.ID != question.IncomeCheck {
		t.Errorf("got %s, want the total confirmed again", q.ID)
	}
	if id, _ := question.After(question.Family, a); id != "income/self" {
		t.Errorf("got %s after household, want income/self", id)
	}
	if id, ok := question.Before(question.SafeContact, a); ok {
		t.Errorf("got %s before the first", id)
	}
}

func TestMinorsAreNotAskedAboutTaxesOrParents(t *testing.T) {
	for _, tt := range []struct {
		name, day string
		asked     bool
	}{
		{"17 until tomorrow", "16", false},
		{"18 today", "15", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := read(t, complete(t), question.BirthDate, "birth-date-month", "6", "birth-date-day", tt.day, "birth-date-year", "2008")
			a = read(t, a, question.Tax, "tax", "DEPENDENT_OF_PARENT")
			if got := strings.Contains(ids(question.Sequence(a)), "tax"); got != tt.asked {
				t.Errorf("tax asked = %v, want %v", got, tt.asked)
			}
			f := typed(t, family("2", "PARENT 45 Y Y -")...)
			question.Read(f, a, question.Family)
			if got := f.Fault("household-1-relation") == nil; got != tt.asked {
				t.Errorf("a parent may be listed = %v, want %v", got, tt.asked)
			}
		})
	}
}

func TestMonthly(t *testing.T) {
	tests := []struct {
		amount int64
		every  question.Every
		want   int64
	}{
		{125000, question.TwoWeeks, 270833}, // 2,708.333…
		{10000, question.Week, 43333},
		{3, question.TwoWeeks, 7}, // 6.5 rounds up
		{125050, question.TwiceAMonth, 250100},
		{125050, question.Month, 125050},
		{6, question.Year, 1}, // 0.5 rounds up
		{5, question.Year, 0},
		{3192000, question.Year, 266000},
		{125050, question.AverageMonth, 125050},
		{99999999, question.Week, 433333329},
		{0, question.Week, 0},
	}
	for _, tt := range tests {
		if got := question.Monthly(tt.amount, tt.every); got != tt.want {
			t.Errorf("%d %s: got %d, want %d", tt.amount, tt.every, got, tt.want)
		}
	}
}

func TestOnlyMoneyThatCountsIsAddedUp(t *testing.T) {
	a := read(t, complete(t), "income/self", income("self",
		"1000 MONTH W01", "500 MONTH X03", "300 MONTH U07", "70 MONTH U07-EXEMPT", "1,200 YEAR U01")...)
	if sum, ok := a.Monthly(); !ok || sum != 140000 {
		t.Errorf("got %d, %v, want 140000", sum, ok)
	}
	// Every source of the program's list can be chosen, but for no income and
	// the parents of a minor.
	for _, s := range eligibility.IncomeSources() {
		f := typed(t, income("self", "5 WEEK "+s.Code)...)
		question.Read(f, question.New(today), "income/self")
		if want := s.Code != "N01" && s.Code != "P01"; f.OK() != want {
			t.Errorf("%s: accepted = %v, want %v", s.Code, f.OK(), want)
		}
	}
}

func TestSummaryShowsTheArithmetic(t *testing.T) {
	for _, tt := range []struct {
		language locale.Language
		want     string
	}{
		{locale.English, "Pay from a job, with tips: $1,250.00 every 2 weeks → $2,708.33 a month"},
		{locale.Spanish, "Sueldo de un trabajo, con propinas: $1,250.00 cada 2 semanas → $2,708.33 al mes"},
	} {
		for _, l := range question.Summary(complete(t)) {
			if l.ID != "income/self" {
				continue
			}
			if got := in(tt.language, l.Values[0]); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		}
	}
}

func TestDifferences(t *testing.T) {
	before := complete(t)
	after := read(t, before, question.MediCal, "medi-cal", "Y", "medi-cal-kind", "SOC_MET")
	after = read(t, after, question.Language, "language-speak", "Thai", "language-read", "Thai", "language-interpreter", "Y")
	got := question.Changed(before, after)
	if want := []question.ID{question.Language, question.MediCal}; !cmp.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	if question.Decides(question.Language) || !question.Decides(got...) || !question.Decides("income/self") {
		t.Error("wrong about which answers decide")
	}
	d := question.Differences(before, after)
	if len(d) != 2 || in(locale.English, d[1].Before[0]) != "No" || len(d[1].After) != 1 {
		t.Errorf("got %+v", d)
	}
}

func TestRecertificationStartsEmptyButForIdentity(t *testing.T) {
	last := complete(t)
	a := question.Identity(last)
	for _, id := range []question.ID{question.Resident, question.Family, question.HomeAddress, question.ContactWays, question.Marital} {
		if _, ok := a.Get(id); ok {
			t.Errorf("%s was filled in", id)
		}
	}
	if a.Name() != last.Name() {
		t.Error("the name is gone")
	}
	a = question.Use(a, last, question.Resident)
	if a.Choice(question.Resident) != "Y" {
		t.Error("the answer of last time was not taken")
	}
}

func TestAnswersAreAValue(t *testing.T) {
	a := complete(t)
	b := a.Without(question.Need)
	if _, ok := a.Get(question.Need); !ok {
		t.Error("taking out of a copy changed the original")
	}
	_ = b.With(question.Need, question.Answer{"need": {"N"}})
	if _, ok := b.Get(question.Need); ok {
		t.Error("adding to a copy changed the original")
	}
}
