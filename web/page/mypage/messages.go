package mypage

import (
	"context"
	"time"

	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// on is the day of an instant in words.
type on time.Time

// In returns the day.
func (o on) In(ctx context.Context) string { return locale.Date(ctx, civil.Of(time.Time(o))) }

// MessagesView is a page of the inbox.
type MessagesView struct{ inbox.Page }

func (v MessagesView) tasks() []ui.Task {
	var list []ui.Task
	for _, m := range v.Messages {
		t := ui.Task{
			Link: ui.Link{Text: Subject(m.Kind), Href: "/my/messages/" + m.ID.String()}, Hint: on(m.MadeAt),
			Status: locale.MyMessagesNew, Kind: ui.Info,
		}
		if m.ReadAt != nil {
			t.Status, t.Done = locale.MyMessagesRead, true
		}
		list = append(list, t)
	}
	return list
}

func (v MessagesView) pages() ui.Pages {
	return ui.Pages{Number: v.Number, Size: inbox.PageSize, Total: v.Total, Path: "/my/messages"}
}

// words are what a kind of message says, and where it leads.
type words struct {
	subject, text locale.Key
	leads         []ui.Link
}

var (
	toDocuments = ui.Link{Text: locale.MyMessageDocuments, Href: "/my/documents"}
	toHistory   = ui.Link{Text: locale.MyMessageHistory, Href: "/my/history"}
	toCard      = ui.Link{Text: locale.MyMessageCard, Href: "/my/card"}
)

// said are the words of every kind; one that is not here has those of news
// about the record.
var said = map[inbox.Kind]words{
	inbox.Approved:    {locale.MyMessageApproved, locale.MyMessageApprovedText, []ui.Link{toCard, toDocuments}},
	inbox.NotEligible: {locale.MyMessageIneligible, locale.MyMessageIneligibleText, []ui.Link{toDocuments}},
	inbox.Changed:     {locale.MyMessageChanged, locale.MyMessageChangedText, []ui.Link{toHistory}},
	inbox.Ended:       {locale.MyMessageEnded, locale.MyMessageEndedText, []ui.Link{toDocuments}},
	inbox.Reactivated: {locale.MyMessageReactivated, locale.MyMessageReactivatedText, []ui.Link{toCard}},
	inbox.Moved:       {locale.MyMessageMoved, locale.MyMessageMovedText, []ui.Link{toHistory}},
	inbox.Earlier:     {locale.MyMessageEarlier, locale.MyMessageEarlierText, []ui.Link{toDocuments}},
	inbox.Renewal:     {locale.MyMessageRenewal, locale.MyMessageRenewalText, []ui.Link{toHistory}},
	inbox.Linked:      {locale.MyMessageLinked, locale.MyMessageLinkedText, nil},
}

func of(k inbox.Kind) words {
	if w, ok := said[k]; ok {
		return w
	}
	return words{locale.MyMessageOther, locale.MyMessageOtherText, []ui.Link{toHistory}}
}

// Subject is what a message of the kind is called.
func Subject(k inbox.Kind) locale.Phrase { return of(k).subject }

// MessageView is a message.
type MessageView struct{ inbox.Message }

func (v MessageView) text() locale.Phrase {
	w := of(v.Kind)
	if v.On.IsZero() {
		return w.text
	}
	return w.text.With("Date", on(v.On.Start()))
}

func (v MessageView) leads() []ui.Link { return of(v.Kind).leads }
