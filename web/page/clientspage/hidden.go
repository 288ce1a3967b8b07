package clientspage

import (
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/reveal"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// RevealedView is a record with one field of it that pages hide.
type RevealedView struct {
	Record
	Request reveal.Request
	Lines   []string
}

func (v RevealedView) rows() []ui.Row {
	values := ui.Words(v.Lines...)
	if len(v.Lines) == 0 {
		values = []locale.Phrase{locale.RevealNone}
	}
	return []ui.Row{{Key: v.Request.Field.Name(), Values: values}}
}

func (v RevealedView) why() locale.Phrase {
	why := locale.Phrase(purposes[v.Request.Purpose])
	if v.Request.Purpose == client.ForOther {
		why = locale.Words(v.Request.Note)
	}
	return locale.RevealShown.With("Why", why)
}

var purposes = map[client.Purpose]locale.Key{
	client.ForVisit: locale.OpenPurposeVisit, client.ForCall: locale.OpenPurposeCall,
	client.ForCorrection: locale.OpenPurposeCorrection, client.ForOther: locale.OpenPurposeOther,
}

func fieldChoices() []ui.Choice {
	var list []ui.Choice
	for _, f := range reveal.Fields {
		list = append(list, ui.Choice{Value: string(f), Label: f.Name()})
	}
	return list
}

// hidden are the rows of what is not shown before it is asked for. What was
// not given is not listed.
func (r Record) hidden() []ui.Row {
	if r.OFP {
		return nil
	}
	given := map[reveal.Field]bool{
		reveal.Phone: r.Contact.Phone != "", reveal.Email: r.Contact.Email != "",
		reveal.Address: r.Address.Street != "" || r.Address.City != "" || r.Address.ZIP != "", reveal.BIC: r.HasBIC,
	}
	var rows []ui.Row
	for _, f := range reveal.Fields {
		if given[f] {
			rows = append(rows, ui.Row{
				Key: f.Name(), Values: []locale.Phrase{locale.RevealHidden},
				Acts: []ui.Link{{Text: locale.RevealShow, Hidden: f.Name(), Href: r.base() + "/reveal?field=" + string(f)}},
			})
		}
	}
	if r.SSNEnd != "" {
		rows = append(rows, ui.Row{Key: locale.RevealSsn, Values: ui.Words("•••-••-" + r.SSNEnd)})
	}
	return rows
}
