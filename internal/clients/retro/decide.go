package retro

import (
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
)

// rules are what the months are decided by beside their answers.
type rules struct {
	tables *incometable.QueuedTables
	signer *enrollment.QueuedSigner
}

func queueRules(b *postgres.Batch, actor authz.Actor, clientID uuid.UUID) rules {
	return rules{tables: incometable.QueuePublished(b), signer: enrollment.QueueSigner(b, actor, clientID)}
}

// decide fills in what would come of each month that is asked for, the
// certifier's signature taken as given. Further, when not nil, looks more
// closely whether the certifier is the client.
func (r rules) decide(out *Review, today civil.Date, further func(enrollment.Signer, client.Person) (enrollment.Signer, error)) error {
	tables, err := r.tables.Open()
	if err != nil {
		return err
	}
	person := application.PersonOf(out.Form)
	who := r.signer.Open(person)
	if further != nil {
		if who, err = further(who, person); err != nil {
			return err
		}
	}
	out.SameName = person.Name.SameAs(who.Name)
	for _, m := range out.Left() {
		if said := out.Said[m].How; said == Same || said == Different {
			out.Months = append(out.Months, MonthDecision{m, eligibility.Decide(factsOf(out.Sheet, m, who, today), tables)})
		}
	}
	return nil
}

// factsOf returns the facts of one month: the answers as they were on its last
// day, keyed today (decisions 36).
func factsOf(s Sheet, m Month, who enrollment.Signer, today civil.Date) eligibility.Facts {
	f := question.Facts(s.Answers(m))
	f.Action, f.DeterminationDate, f.EntryDate = eligibility.ActionRetroMonth, m.Last(), today
	f.Modality = s.Mode.Modality()
	f.CurrentStatus = s.Client.Eligibility(today)
	f.ClientSignature = eligibility.SignedNot
	if s.Signature != nil {
		f.ClientSignature = s.Signature.Kind.Eligibility()
	}
	who.Into(&f)
	return f
}
