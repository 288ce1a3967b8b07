package tablespage

import (
	"strconv"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/upload"
	"familypact.example/portal/web/ui"
	"familypact.example/portal/web/ui/imports"
)

func trail(here locale.Phrase) []ui.Link {
	return []ui.Link{{Text: locale.TablesTitle, Href: Tables}, {Text: here}}
}

func check(c incometable.Check) imports.Check {
	p := c.Plan
	v := imports.Check{
		Earlier: c.Earlier, Problems: p.Problems, Caption: locale.TablesUploadProblems, Number: locale.TablesUploadLine,
		Good: len(p.Add) + p.Unchanged, Refused: p.Refused, Path: Import + "/" + c.Import.ID.String(),
		Rows: append([]ui.Row{imports.Count(locale.SitesCheckRecords, p.Records)}, counts(len(p.Add), p.Unchanged, p.Refused)...),
	}
	if len(p.Add) == 0 {
		v.Idle = locale.TablesUploadNothing
	}
	return v
}

func counts(added, unchanged, refused int) []ui.Row {
	return []ui.Row{
		imports.Count(locale.TablesUploadAdd, added), imports.Count(locale.TablesUploadUnchanged, unchanged),
		imports.Count(locale.TablesUploadRefused, refused),
	}
}

// Ended says what a list did, nil while it has not been applied.
func Ended(c incometable.Check) templ.Component {
	if !c.Import.Applied() {
		return nil
	}
	return result(c.Import)
}

func done(u upload.Upload) []ui.Row { return counts(u.Added, u.Unchanged, u.Refused) }

var outcomes = map[eligibility.Outcome]locale.Key{
	eligibility.Eligible: locale.TablesSampleEligible, eligibility.Ineligible: locale.TablesSampleIneligible,
	eligibility.Blocked: locale.TablesSampleBlocked,
}

// sample is what the table changes, family by family.
func (v TableView) sample() ui.Table {
	list := v.All.Sample(v.Table)
	changed := 0
	t := ui.Table{ID: "sample", Columns: []ui.Column{
		{Label: locale.TablesLimitsSize}, {Label: locale.TablesSampleIncome, Numeric: true}, {Label: locale.TablesSampleBefore},
		{Label: locale.TablesSampleAfter},
	}}
	for _, s := range list {
		after := ui.Cell{Text: outcomes[s.After.Outcome]}
		if s.Changed() {
			changed++
			after.Tag, after.Kind = true, ui.Warn
		}
		t.Rows = append(t.Rows, []ui.Cell{ui.Text(strconv.Itoa(s.FamilySize)), {Text: amount(s.Income)}, {Text: outcomes[s.Before.Outcome]}, after})
	}
	t.Caption = locale.TablesSampleChanged.With("Count", changed, "All", len(list))
	return t
}
