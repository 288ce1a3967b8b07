package clientspage_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
)

// The history of a record has the months before the first certification, with
// what was decided of each; the clinic alone is led to the paper.
func TestHistoryHasTheEarlierMonths(t *testing.T) {
	ctx := locale.WithLanguage(t.Context(), locale.English)
	paper := uuid.Must(uuid.NewV7())
	at := time.Date(2026, 5, 15, 19, 0, 0, 0, time.UTC)
	for _, ofp := range []bool{false, true} {
		v := clientspage.HistoryView{Record: clientspage.Record{Section: clientspage.History, OFP: ofp}}
		shown := func() string {
			var page strings.Builder
			if err := clientspage.Decided(v).Render(ctx, &page); err != nil {
				t.Fatal(err)
			}
			return page.String()
		}
		if strings.Contains(shown(), locale.RetroTitle.In(ctx)) {
			t.Error("months are shown where none were decided")
		}
		v.Months = []enrollment.Month{
			{First: civil.MustParse("2026-02-01"), SiteName: "North Clinic", Certifier: "Cora Certifier", CertifiedAt: at, DocumentID: paper},
			{First: civil.MustParse("2026-03-01"), Eligible: true, SiteName: "North Clinic", Certifier: "Cora Certifier", CertifiedAt: at, DocumentID: paper},
		}
		page := shown()
		for _, want := range []string{
			"February 2026", "March 2026", locale.RetroYes.In(ctx), locale.RetroNo.In(ctx), "Cora Certifier, North Clinic", "May 15, 2026",
		} {
			if !strings.Contains(page, want) {
				t.Errorf("OFP %v: the history lacks %q", ofp, want)
			}
		}
		if got := strings.Contains(page, paper.String()); got == ofp {
			t.Errorf("OFP %v: led to the paper: %v", ofp, got)
		}
	}
}
