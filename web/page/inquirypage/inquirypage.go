// Package inquirypage shows the inquiry whether somebody was eligible on a date
// of service, its answer, and the lists that a site has had checked.
package inquirypage

import (
	"context"
	"strconv"
	"time"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/inquiry"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
	"familypact.example/portal/web/ui/card"
)

// Where the pages are.
const (
	Home  = "/provider/inquiry"
	Lists = Home + "/batches"
)

// AnswerView is an answer.
type AnswerView struct{ inquiry.Asked }

func (v AnswerView) title() locale.Phrase {
	return locale.InquiryResultTitle.With("Date", day(v.ServiceOn))
}

// tag is the answer in a word.
func (v AnswerView) tag() (locale.Phrase, ui.Kind) {
	switch {
	case v.Answer.Finding.Eligible():
		return locale.InquiryTagYes, ui.OK
	case v.Answer.Finding == eligibility.FoundNobody:
		return locale.InquiryTagNobody, ui.Warn
	}
	return locale.InquiryTagNo, ui.Bad
}

// rows say what was asked. Of a Social Security or Medi-Cal number they show
// the end alone.
func (v AnswerView) rows() []ui.Row {
	return []ui.Row{
		{Key: locale.InquiryResultNumber, Values: []locale.Phrase{v.number()}},
		{Key: locale.InquiryService, Values: []locale.Phrase{short(v.ServiceOn)}},
		{Key: locale.InquiryResultAsked, Values: []locale.Phrase{stamp(v.At)}},
		{Key: locale.InquiryResultSite, Values: ui.Words(v.SiteName)},
	}
}

func (v AnswerView) number() locale.Phrase {
	end := locale.Words(v.Number[max(0, len(v.Number)-4):])
	switch v.By {
	case client.BySSN:
		return locale.InquiryResultSsn.With("Number", end)
	case client.ByBIC:
		return locale.InquiryResultBic.With("Number", end)
	}
	return locale.InquiryResultHap.With("Number", card.Groups(string(client.FoldHAPNumber(v.Number))))
}

// ListsView are the lists that a site has had checked.
type ListsView struct{ Batches []inquiry.Batch }

func (v ListsView) table() ui.Table {
	t := ui.Table{
		Caption: locale.InquiryBatchCaption,
		Columns: []ui.Column{
			{Label: locale.InquiryBatchColumnWhen}, {Label: locale.InquiryBatchColumnLines, Numeric: true},
			{Label: locale.InquiryBatchColumnFaulty, Numeric: true}, {Label: locale.InquiryBatchColumnState},
		},
	}
	for _, b := range v.Batches {
		state := ui.Cell{Text: locale.InquiryBatchWorking.With("Done", b.Answered, "Total", b.Lines), Tag: true, Kind: ui.Info}
		if b.Ready() {
			state = ui.Cell{Text: locale.InquiryBatchReady, Tag: true, Kind: ui.OK}
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: stamp(b.AskedAt), Href: Lists + "/" + b.ID.String()}, ui.Text(strconv.Itoa(b.Lines)), ui.Text(strconv.Itoa(b.Faulty)), state,
		})
	}
	return t
}

// BatchView is one list and how far it is.
type BatchView struct{ inquiry.Batch }

func (v BatchView) title() locale.Phrase {
	return locale.InquiryBatchPage.With("When", stamp(v.AskedAt))
}

func (v BatchView) href() string { return Lists + "/" + v.ID.String() }

// day is a date that is put into words when it is shown.
type day civil.Date

// In returns the date in words.
func (d day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// short is a date as in tables.
type short civil.Date

// In returns the date as in tables.
func (d short) In(ctx context.Context) string { return locale.ShortDate(ctx, civil.Date(d)) }

// stamp is an instant as in tables.
type stamp time.Time

// In returns the instant as in tables.
func (s stamp) In(ctx context.Context) string { return locale.Stamp(ctx, time.Time(s)) }
