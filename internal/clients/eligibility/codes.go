package eligibility

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
)

//go:embed data/*.csv
var data embed.FS

// Reason is the code of a reason: E for eligible, I for ineligible, X for
// blocked.
type Reason string

// The reasons of the published list that the rules name. The E reasons come
// from the coverage table.
const (
	NotResident     Reason = "I01"
	IncomeOverLimit Reason = "I02"
	NoMedicalNeed   Reason = "I03"
	Covered         Reason = "I04"
	FullMediCal     Reason = "I05"
	Pregnant        Reason = "I06"
	Inmate          Reason = "I07"
	NotAffirmed     Reason = "I09"

	AnswerMissing             Reason = "X01"
	ClientSignatureMissing    Reason = "X02"
	NotLive                   Reason = "X03"
	CertifiesSelf             Reason = "X04"
	SiteMayNotEnroll          Reason = "X05"
	CertifierSignatureMissing Reason = "X06"
	NotToday                  Reason = "X07"
	WindowClosed              Reason = "X08"
	NoIncomeTable             Reason = "X09"
)

// Kind says which outcome a reason belongs to.
type Kind string

// The kinds of reason.
const (
	KindEligible   Kind = "eligible"
	KindIneligible Kind = "ineligible"
	KindBlocked    Kind = "blocked"
)

// ReasonCode is one line of the published list of reasons. Text is the wording
// of the program's own documents; what people read comes from the catalogue.
type ReasonCode struct {
	Code         Reason
	Kind         Kind
	Text         string
	Deactivation DeactivationCode
	Precedence   int
	Notice       string // NE or NI
}

// DeactivationCode is the published code with which an enrollment ends.
type DeactivationCode string

// Deactivation is one line of the published list of deactivation codes.
type Deactivation struct {
	Code      DeactivationCode
	Meaning   string
	UsedWhen  string
	Effective string
	Curable   bool // a new enrollment is possible once the cause is gone
}

// Treatment says whether a kind of income counts.
type Treatment string

// The treatments of income. RecordZero stands for no income at all.
const (
	Count          Treatment = "COUNT"
	CountIfTaxable Treatment = "COUNT_IF_TAXABLE"
	Exclude        Treatment = "EXCLUDE"
	RecordZero     Treatment = "RECORD_ZERO"
)

// IncomeSource is a kind of income and how it is treated.
type IncomeSource struct {
	Code      string
	Label     string
	Treatment Treatment
	Note      string
}

var (
	reasonCodes   = must(readReasons(data))
	deactivations = must(readDeactivations(data))
	incomeSources = must(readIncomeSources(data))

	reasonByCode = indexReasons(reasonCodes)
)

// Reasons returns the published list of reasons. The slice is the caller's.
func Reasons() []ReasonCode { return slices.Clone(reasonCodes) }

// Deactivations returns the published list of deactivation codes. The slice is
// the caller's.
func Deactivations() []Deactivation { return slices.Clone(deactivations) }

// IncomeSources returns the kinds of income in the order of the program's
// list. The slice is the caller's.
func IncomeSources() []IncomeSource { return slices.Clone(incomeSources) }

// Kind returns which outcome the reason belongs to, "" for an unknown one.
func (r Reason) Kind() Kind { return reasonByCode[r].Kind }

// Precedence returns the place of a reason of ineligibility among the others,
// from 1; other reasons have 0.
func (r Reason) Precedence() int { return reasonByCode[r].Precedence }

// Deactivation returns the code with which an active enrollment ends for this
// reason, and "" when it does not.
func (r Reason) Deactivation() DeactivationCode { return reasonByCode[r].Deactivation }

func (r Reason) known() bool {
	_, ok := reasonByCode[r]
	return ok
}

func indexReasons(list []ReasonCode) map[Reason]ReasonCode {
	index := make(map[Reason]ReasonCode, len(list))
	for _, r := range list {
		index[r.Code] = r
	}
	return index
}

func readReasons(files fs.FS) ([]ReasonCode, error) {
	rows, err := readTable(files, "reason_codes.csv",
		"code", "kind", "text", "linked_deactivation_code", "precedence", "notice_key")
	if err != nil {
		return nil, err
	}
	list := make([]ReasonCode, 0, len(rows))
	for _, r := range rows {
		c := ReasonCode{Code: Reason(r[0]), Kind: Kind(r[1]), Text: r[2], Deactivation: DeactivationCode(r[3]), Notice: r[5]}
		if r[4] != "" {
			if c.Precedence, err = strconv.Atoi(r[4]); err != nil {
				return nil, fmt.Errorf("reason %s: %w", r[0], err)
			}
		}
		if (c.Kind == KindIneligible) != (c.Precedence > 0 && c.Deactivation != "") {
			return nil, fmt.Errorf("reason %s: precedence and deactivation code do not fit %s", c.Code, c.Kind)
		}
		list = append(list, c)
	}
	return list, nil
}

func readDeactivations(files fs.FS) ([]Deactivation, error) {
	rows, err := readTable(files, "deactivation_codes.csv",
		"code", "meaning", "used_when", "effective_rule", "re_enrollment_possible")
	if err != nil {
		return nil, err
	}
	list := make([]Deactivation, 0, len(rows))
	for _, r := range rows {
		list = append(list, Deactivation{DeactivationCode(r[0]), r[1], r[2], r[3], r[4] == "Y"})
	}
	return list, nil
}

func readIncomeSources(files fs.FS) ([]IncomeSource, error) {
	rows, err := readTable(files, "income_sources.csv", "code", "label", "treatment", "note")
	if err != nil {
		return nil, err
	}
	list := make([]IncomeSource, 0, len(rows))
	for _, r := range rows {
		list = append(list, IncomeSource{r[0], r[1], Treatment(r[2]), r[3]})
	}
	return list, nil
}
