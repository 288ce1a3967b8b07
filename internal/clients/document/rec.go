package document

import (
	"context"
	"strconv"
	"time"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/notice"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
)

// Earlier is what the paper about the months before the first certification is
// written from.
type Earlier struct {
	Language   locale.Language
	Answers    question.Answers // of the first certification
	HAP        client.HAPNumber
	Mode       application.Mode
	EnrolledOn civil.Date
	Months     []EarlierMonth
	Signature  *application.Signature
	Statement  locale.Key // what the certifier declared
	Certifier  string
	Site       string
	At         time.Time
}

// EarlierMonth is one month that was decided.
type EarlierMonth struct {
	First      civil.Date // of the month
	Decision   eligibility.Decision
	Different  []question.Difference
	FirstClaim civil.Date // last day to claim for a service on the first day of the month
	LastClaim  civil.Date // and on the last
}

// Rec writes the Retroactive Eligibility Certification (DHCS 4001): the result
// of each month with its figures, how the client claims what was paid, both
// signatures, and the hearing rights (policy: client elig p5, p9, p11).
func Rec(ctx context.Context, e Earlier) paper.Paper {
	w := paper.NewWriter(ctx, e.Language, locale.PaperNameLetter, locale.RecTitle)
	w.Text(locale.RecLead)
	w.Row(locale.NoticeName, locale.Words(e.Answers.Name().Full()))
	w.Row(locale.RecBorn, day(e.Answers.BirthDate()))
	w.Row(locale.CardNumber, locale.Words(e.HAP.Groups()))
	w.Row(locale.RecEnrolled, day(e.EnrolledOn))
	w.Row(locale.NoticeDecided, day(civil.Of(e.At)))
	w.Row(locale.PaperFormMode, modes[e.Mode])
	w.Row(locale.PaperFormSite, locale.Words(e.Site))
	for _, m := range e.Months {
		m.write(w)
	}
	e.claim(w)
	c := Certified{Application: application.Application{Answers: e.Answers, Signature: e.Signature}}
	c.signature(w)
	w.Heading(locale.PaperFormProvider)
	w.Text(e.Statement)
	w.Row(locale.PaperFormCertifier, locale.Words(e.Certifier))
	w.Row(locale.PaperFormSignedOn, day(civil.Of(e.At)))
	notice.Hearing(w)
	return w.Paper()
}

func (m EarlierMonth) write(w *paper.Writer) {
	w.Heading(month(m.First))
	d := m.Decision
	if d.Outcome == eligibility.Eligible {
		w.Row(locale.PaperFormResult, locale.RecYes)
	} else {
		w.Row(locale.PaperFormResult, locale.RecNo)
		w.Row(locale.PaperFormReason, notice.Reasons(d)...)
	}
	w.Row(locale.NoticeFiguresSize, locale.Words(strconv.Itoa(d.FamilySize)))
	w.Row(locale.NoticeFiguresIncome, money(*d.Income))
	w.Row(locale.NoticeFiguresLimit, money(d.Limit))
	w.Row(locale.NoticeFiguresTable, day(d.TableEffectiveFrom))
	if len(m.Different) == 0 {
		w.Row(locale.RecSame, locale.RecSameForm)
	}
	for _, x := range m.Different {
		w.Row(locale.RecDifferent.With("What", x.Label), x.After...)
	}
	if d.Outcome != eligibility.Eligible {
		return
	}
	if m.FirstClaim == m.LastClaim {
		w.Row(locale.RecClaimBy, day(m.FirstClaim))
		return
	}
	w.Row(locale.RecClaimOn.With("Day", day(m.First)), day(m.FirstClaim))
	w.Row(locale.RecClaimOn.With("Day", day(m.First.EndOfMonth())), day(m.LastClaim))
}

// claim says how the client gets back what was paid. Providers never bill for
// these months, and the HAP number shows nothing of them.
func (e Earlier) claim(w *paper.Writer) {
	w.Heading(locale.RecClaim)
	w.Text(locale.RecClaimWho)
	w.List(locale.RecClaimPaper, locale.RecClaimList, locale.RecClaimDays)
	w.Text(locale.RecClaimAddress)
	w.Text(locale.RecClaimPhone)
	w.Text(locale.RecClaimNumber)
}

// month is a month that is put into words when it is written.
type month civil.Date

func (m month) In(ctx context.Context) string { return locale.Month(ctx, civil.Date(m)) }

// money is an amount that is put into words when it is written.
type money eligibility.Cents

func (m money) In(ctx context.Context) string { return locale.Money(ctx, int64(m)) }
