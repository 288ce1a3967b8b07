package sitespage

import (
	"github.com/a-h/templ"

	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
	"familypact.example/portal/web/ui/imports"
)

// columnNames are what the header of a list must name.
const columnNames = "npi, site_id, site_name, provider_type, sector, street, city, zip, county_code, phone, " +
	"certifier_first_name, certifier_last_name, certifier_credential, certifier_email, enrolled_on"

func count(key locale.Key, n int) ui.Row { return imports.Count(key, n) }

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

func check(v site.Check) imports.Check {
	c := imports.Check{
		Earlier: v.Earlier, Rows: checkRows(v.Plan), Problems: v.Plan.Problems,
		Caption: locale.SitesCheckProblems, Number: locale.SitesCheckRecord,
		Good: len(v.Plan.Rows), Refused: v.Plan.Refused(), Path: Import + "/" + v.Import.ID.String(),
	}
	if len(v.Plan.Add) == 0 && len(v.Plan.Change) == 0 {
		c.Idle = locale.SitesCheckNothing
	}
	return c
}

// Ended says what a list did, nil while it has not been applied.
func Ended(v site.Check) templ.Component {
	if !v.Import.Applied() {
		return nil
	}
	return result(v.Import)
}
