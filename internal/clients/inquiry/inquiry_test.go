package inquiry_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/inquiry"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/sheet"
)

var today = civil.MustParse("2025-01-20")

// TestAnswersWordForWord compares with the table of eligibility 7.1.
func TestAnswersWordForWord(t *testing.T) {
	t.Parallel()
	start, day := civil.MustParse("2025-01-20"), civil.MustParse("2025-06-02")
	end := eligibility.PeriodEnd(start)
	tests := []struct {
		name string
		eligibility.Coverage
		want string
	}{
		{"active", eligibility.Coverage{Finding: eligibility.FoundEligible, From: start, To: end},
			"ELIGIBLE FOR FAMILY PACT SERVICES. AID CODE 8H. PERIOD 01/20/2025 - 01/19/2026. COUNTY 10."},
		{"active, last two months", eligibility.Coverage{Finding: eligibility.FoundRenewable, From: start, To: end, DueBy: end},
			"ELIGIBLE FOR FAMILY PACT SERVICES. AID CODE 8H. PERIOD 01/20/2025 - 01/19/2026. COUNTY 10. RECERTIFICATION DUE BY 01/19/2026."},
		{"expired", eligibility.Coverage{Finding: eligibility.FoundExpired, EndedOn: end},
			"NOT ELIGIBLE ON DATE OF SERVICE. CERTIFICATION EXPIRED 01/19/2026."},
		{"deactivated", eligibility.Coverage{Finding: eligibility.FoundEnded, EndedOn: day, Code: "05"},
			"NOT ELIGIBLE ON DATE OF SERVICE. DEACTIVATED 06/02/2025 REASON 05."},
		{"deactivated, code not known", eligibility.Coverage{Finding: eligibility.FoundEnded, EndedOn: day},
			"NOT ELIGIBLE ON DATE OF SERVICE. DEACTIVATED 06/02/2025."},
		{"unknown number", eligibility.Coverage{Finding: eligibility.FoundNobody}, "NO RECORD FOR THIS IDENTIFICATION NUMBER."},
		{"before certification", eligibility.Coverage{Finding: eligibility.FoundNone}, "NOT ELIGIBLE ON DATE OF SERVICE."},
	}
	for _, tt := range tests {
		if got := (inquiry.Answer{Coverage: tt.Coverage, County: "10"}).In(t.Context()); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	number, born := string(client.NewHAPNumber(95000001, today)), civil.MustParse("1998-03-14")
	tests := []struct {
		name string
		inquiry.Question
		want []string // fields
	}{
		{"HAP number, today", inquiry.Question{By: client.ByHAP, Number: number, ServiceOn: today}, nil},
		{"HAP number, tomorrow", inquiry.Question{By: client.ByHAP, Number: number, ServiceOn: today.AddDays(1)}, nil},
		{"HAP number with a wrong check digit", inquiry.Question{By: client.ByHAP, Number: wrongDigit(number), ServiceOn: today}, []string{"hap"}},
		{"no date", inquiry.Question{By: client.ByHAP, Number: number}, []string{"service"}},
		{"SSN", inquiry.Question{By: client.BySSN, Number: "123-45-6789", BirthOn: born, ServiceOn: today}, nil},
		{"SSN alone", inquiry.Question{By: client.BySSN, Number: "123-45-6789", ServiceOn: today}, []string{"ssn-birth"}},
		{"SSN of nobody", inquiry.Question{By: client.BySSN, Number: "000-45-6789", BirthOn: born, ServiceOn: today}, []string{"ssn"}},
		{"Medi-Cal card", inquiry.Question{By: client.ByBIC, Number: "91234567A 95123", BirthOn: born, ServiceOn: today}, nil},
		{"Medi-Cal card of 8", inquiry.Question{By: client.ByBIC, Number: "91234567", BirthOn: born, ServiceOn: today}, []string{"bic"}},
		{"Medi-Cal card of 15", inquiry.Question{By: client.ByBIC, Number: "91234567A951234", BirthOn: born, ServiceOn: today}, []string{"bic"}},
		{"born tomorrow", inquiry.Question{By: client.ByBIC, Number: "91234567A95123", BirthOn: today.AddDays(1), ServiceOn: today}, []string{"bic-birth"}},
		{"nothing", inquiry.Question{}, []string{"by", "service"}},
		{"by name", inquiry.Question{By: client.ByName, Number: "Maria", ServiceOn: today}, []string{"by"}},
	}
	for _, tt := range tests {
		var got []string
		if f, ok := fault.Of(tt.Check(today)); ok {
			for _, field := range f.Fields {
				got = append(got, field.Name)
			}
		}
		if strings.Join(got, " ") != strings.Join(tt.want, " ") {
			t.Errorf("%s: wrong are %v, want %v", tt.name, got, tt.want)
		}
	}
}

// wrongDigit changes the check digit of a number.
func wrongDigit(number string) string {
	digit := byte('0')
	if number[9] == digit {
		digit = '1'
	}
	return number[:9] + string(digit) + number[10:]
}

// TestRead judges a list line by line, each as if it stood alone.
func TestRead(t *testing.T) {
	t.Parallel()
	number := string(client.NewHAPNumber(95000001, today))
	tests := []struct {
		name, line string
		problem    locale.Key
		on         string
	}{
		{"month first", number + ",01/20/2025", "", "2025-01-20"},
		{"short", number + ",1/2/2025", "", "2025-01-02"},
		{"year first", number + ",2025-01-20", "", "2025-01-20"},
		{"spaces and small letters", strings.ToLower(client.HAPNumber(number).Groups()) + ", 2025-01-20 ", "", "2025-01-20"},
		{"far in the future", number + ",2125-01-21", "", "2125-01-21"},
		{"no such day", number + ",02/30/2024", locale.InquiryProblemDateWrong, ""},
		{"two digits of a year", number + ",01/20/25", locale.InquiryProblemDateWrong, ""},
		{"no date", number + ",", locale.InquiryProblemDateMissing, ""},
		{"no number", ",2025-01-20", locale.InquiryProblemNumberMissing, ""},
		{"wrong check digit", wrongDigit(number) + ",2025-01-20", locale.InquiryProblemNumberWrong, ""},
		{"too short", number[:13] + ",2025-01-20", locale.InquiryProblemNumberWrong, ""},
		{"a formula", "=1+1,2025-01-20", locale.InquiryProblemNumberWrong, ""},
		{"one field more", number + ",2025-01-20,x", locale.InquiryProblemFields, ""},
	}
	var list strings.Builder
	list.WriteString("\uFEFFHAP_Number,date_of_service\n")
	for _, tt := range tests {
		list.WriteString(tt.line + "\n")
	}
	lines, err := inquiry.Read([]byte(list.String()))
	if err != nil || len(lines) != len(tests) {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i, tt := range tests {
		l := lines[i]
		if l.Problem != tt.problem || l.Line != i+2 || tt.on != "" && (l.On.String() != tt.on || string(l.HAP) != number) || tt.on == "" && l.HAP != "" {
			t.Errorf("%s: %+v", tt.name, l)
		}
	}
}

func TestReadWholeLists(t *testing.T) {
	t.Parallel()
	const head = "hap_number,date_of_service\n"
	line := string(client.NewHAPNumber(95000001, today)) + ",2025-01-20\n"
	tests := []struct {
		name, list string
		want       error
	}{
		{"as many as may be", head + strings.Repeat(line, inquiry.MaxLines), nil},
		{"one more", head + strings.Repeat(line, inquiry.MaxLines+1), inquiry.ErrTooMany},
		{"more than any list may have", head + strings.Repeat(line, sheet.MaxRecords+1), inquiry.ErrTooMany},
		{"empty", "", sheet.ErrEmpty},
		{"header alone", head, sheet.ErrEmpty},
		{"a workbook", "PK\x03\x04\xff\xfe", sheet.ErrNotText},
		{"no date column", "hap_number\nx\n", sheet.ErrColumns},
		{"nothing that can be answered", head + "x,y\n,\n", inquiry.ErrAllWrong},
		{"one that can", head + "x,y\n" + line, nil},
	}
	for _, tt := range tests {
		_, err := inquiry.Read([]byte(tt.list))
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if f, ok := fault.Of(err); ok && (len(f.Fields) != 1 || f.Fields[0].Name != sheet.FileField) {
			t.Errorf("%s is about %v, want the file", tt.name, f.Fields)
		}
	}
}

// TestWrite reads what is taken away: nothing that a spreadsheet would
// calculate (security.md 18.4).
func TestWrite(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	err := inquiry.Write(context.Background(), &b, []inquiry.Answered{
		{Line: inquiry.Line{Line: 2, Number: "95000001a", HAP: "95000001A", Service: "1/2/2025", On: today}, Answer: inquiry.Answer{Coverage: eligibility.Coverage{Finding: eligibility.FoundNone}}},
		{Line: inquiry.Line{Line: 3, Number: "=HYPERLINK(1)", Service: "@x", Problem: locale.InquiryProblemNumberWrong}},
	})
	want := "line,hap_number,date_of_service,answer,problem\n" +
		"2,95000001A,1/2/2025,NOT ELIGIBLE ON DATE OF SERVICE.,\n" +
		"3,'=HYPERLINK(1),'@x,,\"Not a HAP number: 8 digits, a letter and 5 more digits\"\n"
	if err != nil || b.String() != want {
		t.Errorf("%v\n got %s\nwant %s", err, b.String(), want)
	}
}
