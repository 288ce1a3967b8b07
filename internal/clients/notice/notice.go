// Package notice writes the letters about a determination in the client's own
// language: what was decided, every reason in plain words with the figures that
// were used, the hearing rights, and where else to go (policy: client elig p3,
// p5; portal rules 13.5). It only writes; document keeps what was given.
package notice

import (
	"context"
	"strconv"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
)

// AidCode is the code that an active client is eligible under (policy: hap id
// p3).
const AidCode = "8H"

// Letter is what a letter about a determination is written from.
type Letter struct {
	Language locale.Language
	Name     string
	HAP      client.HAPNumber // empty: none was given
	Clinic   string
	On       civil.Date // of the determination
	StartsOn civil.Date // of the period in force; zero, like the next: none
	EndsOn   civil.Date
	Decision eligibility.Decision
}

// Determination writes the letter about a decision: that the client qualifies,
// with number, aid code and period, or that not, with every reason.
func Determination(ctx context.Context, l Letter) paper.Paper {
	title := locale.NoticeIneligibleTitle
	if l.Decision.Outcome == eligibility.Eligible {
		title = locale.NoticeEligibleTitle
	}
	w := paper.NewWriter(ctx, l.Language, locale.PaperNameLetter, title)
	w.Row(locale.NoticeName, locale.Words(l.Name))
	w.Row(locale.NoticeDecided, day(l.On))
	w.Row(locale.NoticeClinic, locale.Words(l.Clinic))
	if l.Decision.Outcome == eligibility.Eligible {
		l.eligible(w)
	} else {
		l.ineligible(w)
	}
	Hearing(w)
	return w.Paper()
}

func (l Letter) eligible(w *paper.Writer) {
	w.Heading(locale.NoticeNumber)
	w.Strong(locale.Words(l.HAP.Groups()))
	w.Row(locale.NoticeAidCode, locale.Words(AidCode))
	w.Row(locale.NoticeStarts, day(l.StartsOn))
	w.Row(locale.NoticeEnds, day(l.EndsOn))
	w.Heading(locale.NoticeUse)
	w.List(locale.NoticeUseToday, locale.NoticeUseShow, locale.NoticeUseKeep)
	w.Heading(locale.NoticeReport)
	w.Text(locale.NoticeReportText)
	w.List(locale.NoticeReportIncome, locale.NoticeReportHome, locale.NoticeReportCover, locale.NoticeReportNeed)
	w.Heading(locale.NoticeRenew)
	w.Text(locale.NoticeRenewText.With("From", day(eligibility.WindowOpens(l.StartsOn)), "To", day(l.EndsOn)))
	figures(w, l.Decision)
	w.Heading(locale.NoticeCover)
	w.Text(locale.NoticeCoverText)
	w.List(locale.ResultElsewhereMediCal, locale.ResultElsewhereCovered)
}

func (l Letter) ineligible(w *paper.Writer) {
	w.Heading(locale.NoticeWhy)
	w.Text(locale.NoticeWhyLead.With("Date", day(l.On)))
	w.List(Reasons(l.Decision)...)
	if l.Decision.DeactivationCode != "" {
		w.Strong(locale.NoticeEnded.With("Date", day(l.Decision.DeactivationEffective)))
	}
	figures(w, l.Decision)
	w.Heading(locale.ResultElsewhere)
	w.Text(locale.NoticeCoverText)
	w.List(locale.ResultElsewhereMediCal, locale.ResultElsewhereCovered, locale.ResultElsewherePregnancy)
	w.Heading(locale.NoticeAgain)
	w.Text(locale.NoticeAgainText)
}

// reasons are the reasons in the client's words.
var reasons = map[eligibility.Reason]locale.Key{
	eligibility.NotResident: locale.NoticeReasonI01, eligibility.IncomeOverLimit: locale.NoticeReasonI02,
	eligibility.NoMedicalNeed: locale.NoticeReasonI03, eligibility.Covered: locale.NoticeReasonI04,
	eligibility.FullMediCal: locale.NoticeReasonI05, eligibility.Pregnant: locale.NoticeReasonI06,
	eligibility.Inmate: locale.NoticeReasonI07, eligibility.NotAffirmed: locale.NoticeReasonI09,
}

// Reasons returns every reason of a decision that the client does not qualify,
// in its order and in the client's words, the income with its figures.
func Reasons(d eligibility.Decision) []locale.Phrase {
	var out []locale.Phrase
	for _, r := range d.AllReasons {
		key, ok := reasons[r]
		if !ok {
			continue
		}
		out = append(out, key)
		if r == eligibility.IncomeOverLimit && d.Income != nil {
			out = append(out, locale.NoticeReasonI02Figures.With(
				"Size", strconv.Itoa(d.FamilySize), "Income", money(*d.Income), "Limit", money(d.Limit)))
		}
	}
	return out
}

// figures says what was compared, and with which table.
func figures(w *paper.Writer, d eligibility.Decision) {
	if d.Income == nil || d.TableEffectiveFrom.IsZero() {
		return
	}
	w.Heading(locale.NoticeFigures)
	w.Row(locale.NoticeFiguresSize, locale.Words(strconv.Itoa(d.FamilySize)))
	w.Row(locale.NoticeFiguresIncome, money(*d.Income))
	w.Row(locale.NoticeFiguresLimit, money(d.Limit))
	w.Row(locale.NoticeFiguresTable, day(d.TableEffectiveFrom))
}

// Hearing writes the hearing rights. No deadline is computed: the time limits
// of the current form are not confirmed (policy: notices and hearings).
func Hearing(w *paper.Writer) {
	w.Heading(locale.NoticeHearing)
	w.Text(locale.NoticeHearingRight)
	w.Text(locale.NoticeHearingNot)
	w.Text(locale.NoticeHearingFirst)
	w.Text(locale.NoticeHearingAddress)
	w.Text(locale.NoticeHearingSecond)
	w.Text(locale.NoticeHearingHelp)
}

// day is a date that is put into words when it is written.
type day civil.Date

func (d day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// money is an amount that is put into words when it is written.
type money eligibility.Cents

func (m money) In(ctx context.Context) string { return locale.Money(ctx, int64(m)) }
