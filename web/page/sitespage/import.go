package sitespage

import (
	"strconv"

	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// shownProblems is how many problems the page lists; the file has them all.
const shownProblems = 200

// columnNames are what the header of a list must name.
const columnNames = "npi, site_id, site_name, provider_type, sector, street, city, zip, county_code, phone, " +
	"certifier_first_name, certifier_last_name, certifier_credential, certifier_email, enrolled_on"

func count(key locale.Key, n int) ui.Row {
	return ui.Row{Key: key, Values: ui.Words(number(n))}
}

func checkRows(p site.Plan) []ui.Row {
	return []ui.Row{
		count(locale.SitesCheckRecords, p.Records), count(locale.SitesCheckNew, len(p.Add)),
		count(locale.SitesCheckChanged, len(p.Change)), count(locale.SitesCheckUnchanged, p.Unchanged),
		count(locale.SitesCheckRefused, p.Refused()), count(locale.SitesCheckWarnings, p.Warnings()),
	}
}

func resultRows(i site.Import) []ui.Row {
	return []ui.Row{
		count(locale.SitesCheckNew, i.Added), count(locale.SitesCheckChanged, i.Changed),
		count(locale.SitesCheckUnchanged, i.Unchanged), count(locale.SitesCheckRefused, i.Refused),
	}
}

func problemTable(problems []site.Problem) ui.Table {
	t := ui.Table{Caption: locale.SitesCheckProblems, Columns: []ui.Column{
		{Label: locale.SitesCheckRecord, Numeric: true}, {Label: locale.SitesCheckProblem},
	}}
	for _, p := range problems[:min(len(problems), shownProblems)] {
		t.Rows = append(t.Rows, []ui.Cell{ui.Text(strconv.Itoa(p.Record)), {Text: p}})
	}
	return t
}

// idle reports whether applying the list would change nothing.
func idle(p site.Plan) bool { return len(p.Add) == 0 && len(p.Change) == 0 }
