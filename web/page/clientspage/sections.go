package clientspage

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
	"familypact.example/portal/web/ui/card"
)

// ApplicationView is the record with the answers in force.
type ApplicationView struct {
	Record
	Lines []question.Line // empty: none are kept
	On    time.Time
}

// HistoryView is the record with its periods and determinations.
type HistoryView struct {
	Record
	enrollment.History
}

func (v HistoryView) periods() ui.Table {
	t := ui.Table{
		ID: "periods", Caption: locale.RecordPeriods,
		Columns: []ui.Column{{Label: locale.RecordPeriod}, {Label: locale.RecordPeriodSite}, {Label: locale.RecordPeriodEnd}},
	}
	for _, p := range v.Periods {
		end := ui.Text("")
		switch {
		case !p.DiscontinuedOn.IsZero():
			end.Text = locale.RecordPeriodDiscontinued.With("Date", Short(p.DiscontinuedOn), "Code", string(p.Code))
		case !p.FollowedOn.IsZero():
			end.Text = locale.RecordPeriodFollowed.With("Date", Short(p.FollowedOn))
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: locale.RecordPeriodValue.With("From", Short(p.StartsOn), "To", Short(p.EndsOn))}, ui.Text(p.SiteName), end,
		})
	}
	return t
}

// months are those before the first certification that were decided; the paper
// is for the clinic.
func (v HistoryView) months() ui.Table {
	t := ui.Table{
		ID: "months", Caption: locale.RetroTitle,
		Columns: []ui.Column{
			{Label: locale.RetroColumnMonth}, {Label: locale.RetroColumnResult}, {Label: locale.RetroColumnOn}, {Label: locale.RetroColumnBy},
		},
	}
	if !v.OFP {
		t.Columns = append(t.Columns, ui.Column{Label: locale.RetroColumnPaper})
	}
	for _, m := range v.Months {
		result := ui.Cell{Text: locale.RetroNo, Tag: true, Kind: ui.Quiet}
		if m.Eligible {
			result = ui.Cell{Text: locale.RetroYes, Tag: true, Kind: ui.OK}
		}
		row := []ui.Cell{{Text: monthOf(m.First)}, result, {Text: dayOf(m.CertifiedAt)}, ui.Text(m.Certifier + ", " + m.SiteName)}
		if !v.OFP {
			row = append(row, ui.Cell{Text: locale.RetroPaper, Hidden: monthOf(m.First), Href: v.base() + "/documents/" + m.DocumentID.String()})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// monthOf is a month that is put into words when it is shown.
type monthOf civil.Date

// In returns the month and its year.
func (m monthOf) In(ctx context.Context) string { return locale.Month(ctx, civil.Date(m)) }

// DeterminationView is one determination in words.
type DeterminationView struct{ enrollment.Determination }

func (d DeterminationView) outcome() (locale.Phrase, ui.Kind) {
	if d.Eligible {
		return locale.RecordDeterminationEligible, ui.OK
	}
	return locale.RecordDeterminationIneligible, ui.Quiet
}

func (d DeterminationView) by() locale.Phrase {
	return locale.ResultCertifiedBy.With("Name", d.Certifier, "Site", d.SiteName, "Date", Day(d.DecidedOn))
}

// NotesView is the record with its notes.
type NotesView struct {
	Record
	Lines []casenote.Note
}

func by(n casenote.Note) locale.Phrase {
	author := locale.Phrase(locale.Words(n.Author))
	if n.Author == "" || n.Key != "" && n.Role == authz.System {
		author = locale.NotesAutomatic
	}
	return locale.NotesBy.With("Author", author, "Site", n.SiteName, "When", Stamp(n.CreatedAt))
}

// AccessView is the record with who has opened it.
type AccessView struct {
	Record
	Lines []client.Access
}

var deeds = map[string]locale.Key{
	"client.view":         locale.AccessesWhatView,
	"client.inquiry":      locale.AccessesWhatInquiry,
	"client.link":         locale.AccessesWhatLink,
	"client.link-code":    locale.AccessesWhatLinkCode,
	"client.reveal":       locale.AccessesWhatReveal,
	"client.open":         locale.AccessesWhatOpen,
	"client.print":        locale.AccessesWhatPrinted,
	"client.save":         locale.AccessesWhatSaved,
	"client.create":       locale.AccessesWhatCreate,
	"client.update":       locale.AccessesWhatUpdate,
	"client.issue-number": locale.AccessesWhatIssue,
	"enrollment.certify":  locale.AccessesWhatCertify,
	"note.add":            locale.AccessesWhatNote,

	"enrollment.reaffirm":    locale.AccessesWhatReaffirm,
	"enrollment.change":      locale.AccessesWhatChange,
	"enrollment.discontinue": locale.AccessesWhatDiscontinue,
	"enrollment.undo":        locale.AccessesWhatUndo,
}

var roles = map[authz.Role]locale.Key{
	authz.Staff:     locale.AccessesRoleStaff,
	authz.Certifier: locale.AccessesRoleCertifier,
	authz.OFP:       locale.AccessesRoleOfp,
	authz.Client:    locale.AccessesRoleClient,
}

func (v AccessView) table() ui.Table {
	t := ui.Table{
		Caption: locale.AccessesCaption,
		Columns: []ui.Column{
			{Label: locale.AccessesWhen}, {Label: locale.AccessesWhat}, {Label: locale.AccessesWho}, {Label: locale.AccessesSite},
		},
	}
	for _, l := range v.Lines {
		what, ok := deeds[l.Action]
		if !ok {
			what = locale.AccessesWhatOther
		}
		who, ok := roles[l.Role]
		if !ok {
			who = locale.AccessesRoleSystem
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: Stamp(l.At)}, {Text: what}, {Text: who}, ui.Text(l.SiteName)})
	}
	return t
}

// CardView is the card of a record.
type CardView struct {
	Record
	document.Card
}

// Drawn is the card as it is drawn, on the page and in files.
func (v CardView) Drawn() card.Card {
	r := v.Card.Client
	c := card.Card{Name: r.Name.Full(), Number: string(r.HAP), Plain: v.Plain, Inactive: v.Inactive}
	if !r.HAPIssuedOn.IsZero() {
		c.Issued = Short(r.HAPIssuedOn)
	}
	if v.Card.Period && !v.Plain {
		c.Period = locale.RecordPeriodValue.With("From", Short(r.StartsOn), "To", Short(r.EndsOn))
	}
	return c
}

// switched is the address of the same page in the other version.
func (v CardView) switched(page string) ui.Link {
	if v.Plain {
		return ui.Link{Text: locale.CardsNamed, Href: v.base() + page + "?version=named"}
	}
	return ui.Link{Text: locale.CardsPlain, Href: v.base() + page + "?version=plain"}
}

// Language is the language of the card: the client's.
func (v CardView) Language() locale.Language { return v.Card.Client.Contact.Language() }

// sheetInTheirs draws the card in the client's language.
func (v CardView) sheetInTheirs() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return inLanguage(v.Language(), card.Sheet(v.Drawn())).Render(locale.WithLanguage(ctx, v.Language()), w)
	})
}

// InTheirs draws the card in the client's language.
func (v CardView) InTheirs() templ.Component { return v.sheetInTheirs() }

// Taking is how a card is taken: the value of the button.
type Taking string

// The ways of taking a card. Any other is on paper.
const (
	OnPaper   Taking = "print"
	AsPDF     Taking = "pdf"
	AsPicture Taking = "png"
)

// Sheet is the address of the sheet for printing, in the same version.
func (v CardView) Sheet() string { return v.base() + "/card/print?version=" + v.version() }

func (v CardView) version() string {
	if v.Plain {
		return string(document.Plain)
	}
	return string(document.Named)
}

// Mode returns how client and staff met, in words.
func Mode(m application.Mode) locale.Phrase {
	switch m {
	case application.InPerson:
		return locale.EnrollModeInPerson
	case application.Video:
		return locale.EnrollModeVideo
	case application.Telephone:
		return locale.EnrollModeTelephone
	case application.FromPaper:
		return locale.EnrollModePaper
	}
	return locale.EnrollModeOnline
}

func dayOf(t time.Time) Day { return Day(civil.Of(t)) }

// DateOf is the day of an instant in California, put into words when shown.
func DateOf(t time.Time) Day { return dayOf(t) }
