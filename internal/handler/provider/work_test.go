package provider_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/authz"
)

func (f *fake) Worklists(context.Context, authz.Actor) (application.Worklists, error) {
	out := application.Worklists{Clients: tallies()}
	out.Drafts, out.EndingDrafts, out.Overrides = 1000, 3000, 2000
	return out, f.err
}

// tallies are numbers for the lists of clients, each another one.
func tallies() (counts []int) {
	for i := range client.Worklists {
		counts = append(counts, 1001+i)
	}
	return counts
}

// TestEveryFigureOpensItsList reads the work lists and the dashboard: each
// number stands beside the link to the list that it counts (ux.md 6.4).
func TestEveryFigureOpensItsList(t *testing.T) {
	t.Parallel()
	listed(t, send(t, &fake{}, http.MethodGet, "/provider", nil).Body.String())
	rec := send(t, &fake{}, http.MethodGet, "/provider/work", nil)
	listed(t, rec.Body.String())
	if rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `href="/provider/work/drafts"`) || !strings.Contains(rec.Body.String(), ">2000<") {
		t.Errorf("%d, without the drafts or the requests", rec.Code)
	}
	ending := rec.Body.String()[strings.Index(rec.Body.String(), `href="/provider/work/drafts?show=ending"`):]
	if before, _, _ := strings.Cut(ending, "</tr>"); !strings.Contains(before, ">3000<") {
		t.Error("the drafts that are deleted soon are not counted beside their list")
	}
}

// listed fails unless every list of clients stands beside how long it is.
func listed(t *testing.T, page string) {
	t.Helper()
	rows := strings.Split(page, "<tr")
	for i, show := range client.Worklists {
		found := false
		for _, row := range rows {
			if strings.Contains(row, `href="/provider/clients?show=`+string(show)+`"`) {
				found = strings.Contains(row, ">"+strconv.Itoa(1001+i)+"<")
			}
		}
		if !found {
			t.Errorf("%s: no row with its list and its number", show)
		}
	}
}
