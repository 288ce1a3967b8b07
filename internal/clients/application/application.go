// Package application keeps the Client Eligibility Certification from its first
// answer until it is decided: answers, the client's signature, and what the
// client was told. The questions are question's, the decision enrollment's.
package application

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// The faults of this package.
var (
	ErrChanged     = fault.New(fault.Conflict, locale.ApplicationChanged)
	ErrDecided     = fault.New(fault.Conflict, locale.ApplicationDecided)
	ErrIncomplete  = fault.New(fault.Invalid, locale.ApplicationIncomplete)
	ErrSearchFirst = fault.New(fault.Expired, locale.ApplicationSearchFirst)
	ErrWindow      = fault.New(fault.Conflict, locale.ApplicationWindow)
)

// Action is what the application is for.
type Action string

// The actions. Recertify is the new form of a client who has a HAP number.
const (
	New       Action = "new"
	Recertify Action = "recertify"
	Change    Action = "change" // a reported change of a client who is enrolled
)

// Mode is how client and staff meet.
type Mode string

// The modes. Online is a client alone, who waits for a provider.
const (
	InPerson  Mode = "in_person"
	Video     Mode = "video"
	Telephone Mode = "telephone"
	Online    Mode = "online"
)

// StaffModes lists those that staff can choose.
var StaffModes = []Mode{InPerson, Video, Telephone}

// Remote reports whether client and staff are in different places.
func (m Mode) Remote() bool { return m == Video || m == Telephone }

// Modality returns the mode as the rules know it.
func (m Mode) Modality() eligibility.Modality {
	switch m {
	case InPerson, FromPaper: // face to face, when the portal was closed
		return eligibility.InPerson
	case Video:
		return eligibility.SyncVideo
	case Telephone:
		return eligibility.SyncAudio
	}
	return eligibility.Async
}

// Help is why staff fill in the form for a client who is there: the client
// fills it in, and may be helped for these reasons only.
type Help string

// The reasons.
const (
	HelpLanguage      Help = "language"
	HelpDisability    Help = "disability"
	HelpUnderstanding Help = "understanding"
)

// Helps lists the reasons.
var Helps = []Help{HelpLanguage, HelpDisability, HelpUnderstanding}

// State is how far an application has come.
type State string

// The states.
const (
	Draft      State = "draft"
	Submitted  State = "submitted" // sent online, waits for a provider
	Signed     State = "signed"    // by the client
	Certified  State = "certified"
	Ineligible State = "ineligible"
	Withdrawn  State = "withdrawn"
)

// Decided reports whether there is a determination.
func (s State) Decided() bool { return s == Certified || s == Ineligible }

// Application is one application with everything that belongs to it.
type Application struct {
	ID           uuid.UUID
	Number       string
	SiteID       uuid.UUID
	Account      uuid.UUID // of the client who began it alone; uuid.Nil: staff began it
	ClientID     uuid.UUID // uuid.Nil: not matched yet
	Action       Action
	Mode         Mode
	Help         Help
	State        State
	Version      int // rises with each saving of answers
	DistinctFrom []uuid.UUID
	StartedAt    time.Time
	SavedAt      time.Time
	SubmittedAt  *time.Time // nil: not sent by the client alone
	DecidedAt    time.Time  // zero: not decided
	Answers      question.Answers

	Signature   *Signature // nil: not signed as it stands
	Disclosures map[Code]Disclosure
	Last        *Last     // the client's last form, for recertification
	Handover    *Handover // nil: staff fill it in
	Paper       *Sheet    // nil: not typed in from paper

	BasedOn  uuid.UUID          // the form that a change begins with
	Sections []question.Section // what was chosen to be changed
}

// Last is what the client said the last time.
type Last struct {
	ID      uuid.UUID
	Answers question.Answers
	On      time.Time
}

// PersonOf returns who the answers say that the applicant is.
func PersonOf(a question.Answers) client.Person {
	name, address, c := a.Name(), a.Address(), a.Contact()
	ssn, _ := a.SSN()
	speak, read, interpreter := a.Languages()
	p := client.Person{
		Name: client.Name{
			First: name.First, Middle: name.Middle, Last: name.Last, Suffix: name.Suffix, Preferred: name.Preferred,
		},
		BirthOn: a.BirthDate(), SSN: ssn, BIC: a.Card(), County: a.County(),
		Contact: client.Contact{
			Confidential: a.Confidential(), Voicemail: c.Voice, Phone: c.Phone, Email: c.Email,
			Speak: speak, Read: read, Interpreter: interpreter,
		},
	}
	if !address.None {
		p.Address = client.Address{
			Street: address.Street, Apartment: address.Apartment, City: address.City, State: address.State, ZIP: address.ZIP,
		}
	}
	p.Contact.Ways = waysOf(c)
	return p
}

// waysOf lists the ways that were called safe; "do not contact me" leaves none.
func waysOf(c question.Contact) []client.Way {
	ways := []client.Way{}
	if c.None {
		return ways
	}
	for _, w := range []struct {
		safe bool
		way  client.Way
	}{{c.EmailSafe && c.Email != "", client.ByEmail}, {c.Text, client.ByText}, {c.Call, client.ByPhone}, {c.Mail, client.ByMail}} {
		if w.safe {
			ways = append(ways, w.way)
		}
	}
	return ways
}

// Kind is how a client signs.
type Kind string

// The kinds of signature. Oral is recorded, and for remote applications only.
const (
	Electronic Kind = "electronic"
	Paper      Kind = "paper"
	Oral       Kind = "oral"
)

// Kinds returns those that are possible for the mode.
func Kinds(m Mode) []Kind {
	switch {
	case m.Remote():
		return []Kind{Electronic, Oral}
	case m == FromPaper:
		return []Kind{Paper}
	}
	return []Kind{Electronic, Paper}
}

// Eligibility returns the kind as the rules know it.
func (k Kind) Eligibility() eligibility.ClientSignature {
	switch k {
	case Electronic:
		return eligibility.SignedElectronic
	case Paper:
		return eligibility.SignedWritten
	case Oral:
		return eligibility.SignedOral
	}
	return eligibility.SignedNot
}

// Signature is the client's signature for one version of the answers.
type Signature struct {
	Kind      Kind
	Statement locale.Key
	Language  locale.Language
	SignedAt  time.Time
	Signing
}

// Signing is what is typed when the client signs.
type Signing struct {
	Name        string `json:"name"`                  // as the client typed it
	Interpreter string `json:"interpreter,omitempty"` // name, when one read it to the client
	Witness     string `json:"witness,omitempty"`     // name, when the client signed with a mark
	Kept        string `json:"kept,omitempty"`        // where paper, recording or what was signed at a distance is kept
	Whole       bool   `json:"whole,omitempty"`       // the whole call is recorded, not the signature alone
}

// Statement is what the client signs, under penalty of perjury.
const Statement = locale.SignStatement

// MaxLine is the most that a line of a signature may have, in characters.
const MaxLine = 120

// check returns what is wrong with a signature of the kind, by field.
func (s Signing) check(kind Kind, mode Mode, agreed, consent bool) error {
	var wrong []fault.Field
	note := func(bad bool, field string, text locale.Phrase) {
		if bad {
			wrong = append(wrong, fault.Field{Name: field, Text: text})
		}
	}
	if !slices.Contains(Kinds(mode), kind) {
		return fault.InvalidField("kind", locale.SignKindMissing)
	}
	note(kind == Electronic && s.Name == "", "name", locale.SignNameMissing)
	note(kind == Electronic && mode.Remote() && s.Kept == "", "kept-electronic", locale.SignKeptElectronicMissing)
	note(kind == Paper && s.Kept == "", "kept-paper", locale.SignKeptPaperMissing)
	note(kind == Oral && !consent, "consent", locale.SignConsentMissing)
	note(kind == Oral && s.Kept == "", "kept-oral", locale.SignKeptOralMissing)
	note(!agreed, "agree", locale.SignAgreeMissing)
	for field, v := range map[string]string{"name": s.Name, "interpreter": s.Interpreter, "witness": s.Witness, "kept-" + string(kind): s.Kept} {
		note(len([]rune(v)) > MaxLine, field, locale.SignTooLong)
	}
	return fault.InvalidFields(wrong)
}
