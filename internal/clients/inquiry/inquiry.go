// Package inquiry answers whether somebody was eligible on a date of service:
// for one person at once, and for a list that a job goes through. The answers
// are those of the program, word for word (eligibility 7.1). It tells neither
// name nor site of a client; what the rules say is eligibility's.
package inquiry

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// How long things are kept: an answer as long as what a search has found, a
// batch with its answers for a week (ux.md 6.6).
const (
	Lifetime      = 30 * time.Minute
	BatchLifetime = 7 * 24 * time.Hour
)

// ErrExpired is the fault of an answer that is not kept any more, or is
// somebody else's.
var ErrExpired = fault.New(fault.Expired, locale.InquiryResultExpired)

// Bys are the identifiers that an inquiry goes by. A number that the program
// has not given out itself needs the birth date beside it.
var Bys = []client.By{client.ByHAP, client.BySSN, client.ByBIC}

// Question is what is asked.
type Question struct {
	By        client.By  `json:"by"`
	Number    string     `json:"number"`
	BirthOn   civil.Date `json:"birth_on,omitzero"` // not of a HAP number
	ServiceOn civil.Date `json:"service_on"`
}

// Identified says what is wrong with the identifier itself: an Invalid fault
// by field.
func (q Question) Identified() error {
	switch q.By {
	case client.ByHAP:
		if !client.FoldHAPNumber(q.Number).Valid() {
			return fault.InvalidField("hap", locale.SearchHapWrong)
		}
	case client.BySSN:
		if !client.ValidSSN(q.Number) {
			return fault.InvalidField("ssn", locale.SearchSsnWrong)
		}
	case client.ByBIC:
		if !client.ValidBIC(q.Number) {
			return fault.InvalidField("bic", locale.SearchBicWrong)
		}
	default:
		return fault.InvalidField("by", locale.InquiryByMissing)
	}
	return nil
}

// Check says what is missing or cannot be: an Invalid fault by field. Any date
// of service can be asked for; of one in the future the answer is what the
// record says now.
func (q Question) Check(today civil.Date) error {
	var wrong []fault.Field
	if f, ok := fault.Of(q.Identified()); ok {
		wrong = f.Fields
	}
	note := func(bad bool, field string, text locale.Phrase) {
		if bad {
			wrong = append(wrong, fault.Field{Name: field, Text: text})
		}
	}
	if field := BirthField(q.By); field != "" {
		note(q.BirthOn.IsZero(), field, locale.SearchBirthMissing)
		note(q.BirthOn.After(today), field, locale.SearchBirthFuture)
	}
	note(q.ServiceOn.IsZero(), "service", locale.InquiryServiceMissing)
	return fault.InvalidFields(wrong)
}

// BirthField names the field of the birth date beside the identifier, empty
// where none is asked for.
func BirthField(by client.By) string {
	if by == client.BySSN || by == client.ByBIC {
		return string(by) + "-birth"
	}
	return ""
}

// Answer is what holds on the date of service.
type Answer struct {
	eligibility.Coverage
	County string `json:"county,omitempty"` // of residence, when eligible
}

// In returns the answer of the program, with the code of a deactivation: it is
// for Family PACT providers alone.
func (a Answer) In(ctx context.Context) string {
	switch a.Finding {
	case eligibility.FoundEligible, eligibility.FoundRenewable:
		text := locale.T(ctx, locale.InquiryAnswerEligible, "Aid", eligibility.AidCode, "County", a.County,
			"From", locale.ShortDate(ctx, a.From), "To", locale.ShortDate(ctx, a.To))
		if a.Finding == eligibility.FoundRenewable {
			text += " " + locale.T(ctx, locale.InquiryAnswerDue, "Date", locale.ShortDate(ctx, a.DueBy))
		}
		return text
	case eligibility.FoundExpired:
		return locale.T(ctx, locale.InquiryAnswerExpired, "Date", locale.ShortDate(ctx, a.EndedOn))
	case eligibility.FoundEnded:
		if a.Code == "" {
			return locale.T(ctx, locale.InquiryAnswerEnded, "Date", locale.ShortDate(ctx, a.EndedOn))
		}
		return locale.T(ctx, locale.InquiryAnswerEndedReason, "Date", locale.ShortDate(ctx, a.EndedOn), "Code", string(a.Code))
	case eligibility.FoundNone:
		return locale.T(ctx, locale.InquiryAnswerNone)
	}
	return locale.T(ctx, locale.InquiryAnswerNobody)
}

// Asked is a question with its answer.
type Asked struct {
	ID uuid.UUID
	Question
	Answer   Answer
	At       time.Time
	SiteName string // for which it was asked
}

// Ahead reports whether the date of service was in the future, so that the
// answer could still change.
func (a Asked) Ahead() bool { return a.ServiceOn.After(civil.Of(a.At)) }
