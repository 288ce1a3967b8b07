package document

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/notice"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
)

// Certified is an application that was decided, with who decided it.
type Certified struct {
	Application application.Application
	Decision    eligibility.Decision
	HAP         client.HAPNumber // empty: none was given
	Language    locale.Language
	Certifier   string
	Statement   locale.Key // what the certifier declared
	Site        string
	StartsOn    civil.Date // of the period in force; zero, like the next: none
	EndsOn      civil.Date
	At          time.Time
}

// Papers returns what is kept with a determination of the client: the copy of
// the form, and the letter.
func (c Certified) Papers(ctx context.Context, clientID uuid.UUID) []Made {
	return []Made{
		{Client: clientID, Application: c.Application.ID, Kind: FormCopy, Paper: Form(ctx, c)},
		{Client: clientID, Application: c.Application.ID, Kind: Notice, Paper: c.Letter(ctx)},
	}
}

// Letter writes the letter about the decision.
func (c Certified) Letter(ctx context.Context) paper.Paper {
	return notice.Determination(ctx, notice.Letter{
		Language: c.Language, Name: c.Application.Answers.Name().Full(), HAP: c.HAP, Clinic: c.Site,
		On: civil.Of(c.At), StartsOn: c.StartsOn, EndsOn: c.EndsOn, Decision: c.Decision,
	})
}

// Form writes the copy of the completed form: every answer, what was signed and
// how, what the client was told, and the provider's certification. The answers
// are those of question.Summary, so a new question stands on it by itself. One
// that was found not eligible has the hearing rights on it (policy: client elig
// p3, p5: the copy of the form carries them).
func Form(ctx context.Context, c Certified) paper.Paper {
	w := paper.NewWriter(ctx, c.Language, locale.PaperNameForm, locale.PaperFormTitle)
	c.head(w)
	part := question.Part(0)
	for _, l := range question.Summary(c.Application.Answers) {
		if l.Part != part {
			part = l.Part
			w.Heading(part.Label())
		}
		if len(l.Values) == 0 {
			w.Row(l.Label, locale.QAnswerNotProvided)
			continue
		}
		w.Row(l.Label, l.Values...)
	}
	c.told(w)
	c.signature(w)
	c.certification(w)
	if c.Decision.Outcome != eligibility.Eligible {
		notice.Hearing(w)
	}
	return w.Paper()
}

var modes = map[application.Mode]locale.Key{
	application.InPerson: locale.PaperFormInPerson, application.Video: locale.PaperFormVideo,
	application.Telephone: locale.PaperFormTelephone, application.Online: locale.PaperFormOnline,
	application.FromPaper: locale.PaperFormOutage,
}

var actions = map[application.Action]locale.Key{
	application.New: locale.PaperFormNew, application.Recertify: locale.PaperFormRecertify, application.Change: locale.PaperFormChange,
}

func (c Certified) head(w *paper.Writer) {
	a := c.Application
	w.Row(locale.PaperFormApplication, locale.Words(a.Number))
	if action, ok := actions[a.Action]; ok {
		w.Row(locale.PaperFormAction, action)
	}
	w.Row(locale.PaperFormMode, modes[a.Mode])
	if c.HAP != "" {
		w.Row(locale.CardNumber, locale.Words(c.HAP.Groups()))
	}
	w.Row(locale.PaperFormSite, locale.Words(c.Site))
}

func (c Certified) told(w *paper.Writer) {
	w.Heading(locale.PaperFormTold)
	for _, t := range c.Application.Topics() {
		if d, ok := c.Application.Disclosures[t.Code]; ok {
			w.Row(t.Text, t.Label(d.Answer), day(civil.Of(d.GivenAt)))
		}
	}
}

var kinds = map[application.Kind]locale.Key{
	application.Electronic: locale.PaperFormElectronic, application.Paper: locale.PaperFormPaper,
	application.Oral: locale.PaperFormOral,
}

var languages = map[locale.Language]locale.Key{locale.English: locale.SignLanguageEn, locale.Spanish: locale.SignLanguageEs}

// signature is the signature block. The declaration stands in the language in
// which it was signed.
func (c Certified) signature(w *paper.Writer) {
	s := c.Application.Signature
	if s == nil {
		return
	}
	w.Heading(locale.PaperFormSignature)
	w.TextIn(s.Language, s.Statement)
	name := s.Name
	if name == "" {
		name = c.Application.Answers.Name().Full()
	}
	w.Row(locale.PaperFormSignedBy, locale.Words(name))
	w.Row(locale.PaperFormSignedHow, kinds[s.Kind])
	w.Row(locale.PaperFormSignedOn, day(c.Application.FactsOn(civil.Of(s.SignedAt))))
	w.Row(locale.PaperFormLanguage, languages[s.Language])
	if s.Kind == application.Oral && s.Whole {
		w.Row(locale.PaperFormKept, locale.Words(s.Kept), locale.PaperFormWhole)
	} else if s.Kind == application.Oral {
		w.Row(locale.PaperFormKept, locale.Words(s.Kept), locale.PaperFormPart)
	} else if s.Kept != "" {
		w.Row(locale.PaperFormKept, locale.Words(s.Kept))
	}
	if s.Witness != "" {
		w.Row(locale.PaperFormWitness, locale.Words(s.Witness))
	}
	if s.Interpreter != "" {
		w.Row(locale.PaperFormInterpreter, locale.Words(s.Interpreter))
	}
}

func (c Certified) certification(w *paper.Writer) {
	w.Heading(locale.PaperFormProvider)
	if c.Decision.Outcome == eligibility.Eligible {
		w.Row(locale.PaperFormResult, locale.PaperFormEligible)
		w.Row(locale.NoticeStarts, day(c.StartsOn))
		w.Row(locale.NoticeEnds, day(c.EndsOn))
	} else {
		w.Row(locale.PaperFormResult, locale.PaperFormIneligible)
		w.Row(locale.PaperFormReason, notice.Reasons(c.Decision)...)
	}
	w.Text(c.Statement)
	w.Row(locale.PaperFormCertifier, locale.Words(c.Certifier))
	w.Row(locale.PaperFormSignedOn, day(civil.Of(c.At)))
}

// day is a date that is put into words when it is written.
type day civil.Date

func (d day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }
