package sitespage

import (
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// requests is where the requests of administrators are decided.
const requests = "/ofp/people/requests"

func requestPath(id uuid.UUID) string { return requests + "/" + id.String() }

// SelectionPath is the address of a selection.
func SelectionPath(id uuid.UUID) string { return Selection + "/" + id.String() }

// waits reports whether a request is still to be decided.
func waits(a *approval.Approval, now time.Time) bool {
	return a != nil && a.State(now) == approval.Waiting
}

// requestSays says how a request stands, and nothing when it was used up.
func requestSays(a approval.Approval, now time.Time) locale.Key {
	switch a.State(now) {
	case approval.Waiting:
		return locale.CodesSelectionWaiting
	case approval.Approved:
		return locale.CodesSelectionApproved
	case approval.Done:
		return ""
	}
	return locale.CodesSelectionOver
}

func selectionTitle(s accesscode.Selection) locale.Phrase {
	switch {
	case s.FinishedAt != nil:
		return locale.CodesSelectionDone
	case s.StartedAt != nil:
		return locale.CodesSelectionRunning
	}
	return locale.CodesSelectionTitle.With("Count", s.Count)
}

func selectionRows(s accesscode.Selection) []ui.Row {
	return []ui.Row{
		{Key: locale.CodesColumnReason, Values: ui.Words(s.Note)},
		{Key: locale.CodesLaunchStartedAt, Values: []locale.Phrase{orEmpty(s.StartedAt)}},
		count(locale.CodesSelectionChosen, s.Count),
		count(locale.CodesSelectionIssued, s.Issued),
		count(locale.CodesSelectionSkipped, s.Skipped),
		count(locale.CodesSelectionLeft, s.Count-s.Issued-s.Skipped),
	}
}

var skipped = map[accesscode.Skipped]locale.Key{
	accesscode.SkippedJoined:  locale.CodesSelectionSkippedJoined,
	accesscode.SkippedRemoved: locale.CodesSelectionSkippedRemoved,
}

// skippedTable lists who was left out; they stand first in the selection.
func skippedTable(s accesscode.Selection) ui.Table {
	t := ui.Table{ID: "skipped", Caption: locale.CodesSelectionSkippedCaption, Columns: []ui.Column{
		{Label: locale.CodesColumnPerson}, {Label: locale.CodesColumnSite}, {Label: locale.CodesColumnReason},
	}}
	for _, c := range s.First {
		if c.Skipped != "" {
			t.Rows = append(t.Rows, []ui.Cell{ui.Text(c.Name), ui.Text(c.SiteName), {Text: skipped[c.Skipped]}})
		}
	}
	return t
}

// more says how many are not named, nil when all are.
func more(s accesscode.Selection) locale.Phrase {
	if n := s.Count - len(s.First); n > 0 {
		return locale.CodesSelectionMore.With("Count", n)
	}
	return nil
}

// Purposes are what the codes may be taken away for.
var Purposes = []string{"follow_up", "delivery", "reporting"}

var purposeChoices = []ui.Choice{
	{Value: Purposes[0], Label: locale.CodesExportReasonFollowUp},
	{Value: Purposes[1], Label: locale.CodesExportReasonDelivery},
	{Value: Purposes[2], Label: locale.CodesExportReasonReporting},
}
