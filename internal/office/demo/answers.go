package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/locale"
)

// typed is the application as somebody typed it: values by field.
type typed struct {
	values map[string]string
	wrong  []string
}

// Value returns what was typed into the field.
func (t *typed) Value(name string) string { return t.values[name] }

// Values returns what was typed into the field, as a list.
func (t *typed) Values(name string) []string {
	if v := t.values[name]; v != "" {
		return []string{v}
	}
	return nil
}

// Note keeps what is wrong with a field.
func (t *typed) Note(name string, text locale.Phrase) {
	t.wrong = append(t.wrong, name+": "+text.In(context.Background()))
}

// answers goes through the questions as they are asked and answers each. A
// draft ends before the household.
func (v visit) answers(day civil.Date) (question.Answers, error) {
	t := &typed{values: v.fields(day)}
	a := question.New(day)
	for range 100 { // more than there are questions
		q, more := question.Next(a)
		if !more || v.applicant["outcome"] == outcomeDraft && q.Section == question.HouseholdSection {
			return a, nil
		}
		t.values[question.TotalName] = question.Total(a)
		if a = question.Read(t, a, q.ID); len(t.wrong) > 0 {
			return a, fmt.Errorf("question %s: %s", q.ID, strings.Join(t.wrong, "; "))
		}
	}
	return a, fmt.Errorf("questions do not end")
}

// born returns the birth date that makes the applicant as old as listed on the
// day of the first visit, and a year older on that of the second.
func (v visit) born(day civil.Date) civil.Date {
	if v.again {
		day = day.AddDays(-renewedAfter)
	}
	age, spread := number(v.applicant["age"]), 20+len(v.applicant["first"]+v.applicant["last"])*7
	return civil.New(day.Year-age, day.Month, min(day.Day, 28)).AddDays(-spread)
}

// fields are what is typed into each field of the application.
func (v visit) fields(day civil.Date) map[string]string {
	row := v.applicant
	born := v.born(day)
	county, _ := codelist.CountyOfZIP(row["zip"])
	f := map[string]string{
		"name-first": row["first"], "name-last": row["last"],
		"birth-date-month": strconv.Itoa(int(born.Month)), "birth-date-day": strconv.Itoa(born.Day), "birth-date-year": strconv.Itoa(born.Year),
		"language-speak": row["language"], "language-read": row["language"], "language-interpreter": "N",
		"address-street": strconv.Itoa(100+7*row.days()) + " Example Way", "address-city": row["city"], "address-state": question.California,
		"address-zip": row["zip"], "address-mail": "N", "county": county, "ssn-reason": "03",
		"marital": row["marital"], "gender": row["gender"], "sex-birth": row["sex"], "orientation": "DECLINED", "ethnicity": "R19",
		"resident": "Y", "need": "Y", "pregnant": string(eligibility.NotPregnant), "medi-cal": "N", "insurance": "N", "institution": "N",
		"tax": string(eligibility.TaxFiler), "income-check": "Y",
	}
	for _, notice := range []question.Notice{question.PrivacyNotice, question.NondiscriminationPolicy, question.PatientRights, question.InsurancePrograms} {
		f[string(notice)] = question.Received
	}
	row.contact(f)
	row.household(f)
	return f
}

// contact says which ways are safe.
func (a applicant) contact(f map[string]string) {
	f["safe-contact"] = "N"
	way := a["contact"]
	switch way {
	case "email":
		f["contact-email"], f["contact-email-safe"] = a["email"], "Y"
	case "text", "phone", "confidential":
		f["contact-phone"] = fmt.Sprintf("(562) 555-01%02d", a.days()%100)
		f["contact-text"], f["contact-call"], f["contact-voice"] = yesIf(way != "phone"), yesIf(way == "phone"), "N"
	case "mail":
		f["contact-mail"], f["address-mail"] = question.Ticked, "Y"
	default:
		f["contact-none"] = question.Ticked
	}
	f["safe-contact"] = yesIf(way == "confidential")
}

func yesIf(yes bool) string {
	if yes {
		return "Y"
	}
	return "N"
}

// household lists the children, and the one income.
func (a applicant) household(f map[string]string) {
	children := number(a["children"])
	var rows []string
	for n := 1; n <= children; n++ {
		key := strconv.Itoa(n)
		rows = append(rows, key)
		for what, answer := range map[string]string{
			"name": string(rune('A' + n)), "relation": "CHILD", "age": strconv.Itoa(2 * n), "lives": "Y", "claimed": "Y", "files": "N",
		} {
			f["household-"+key+"-"+what] = answer
		}
	}
	f["household-rows"], f["household-size"] = strings.Join(rows, ","), strconv.Itoa(1+children)
	f["income-self-1-amount"] = a["income"]
	if a["income"] != "0" {
		f["income-self-1-often"], f["income-self-1-source"] = string(question.Month), "W01"
	}
}
