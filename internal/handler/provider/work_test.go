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
	var out application.Worklists
	for i := range client.Worklists {
		out.Clients = append(out.Clients, 1001+i)
	}
	out.Drafts, out.Overrides = 1000, 2000
	return out, f.err
}

// TestEveryFigureOpensItsList reads the work lists: each number stands beside
// the link to the list that it counts.
func TestEveryFigureOpensItsList(t *testing.T) {
	t.Parallel()
	rec := send(t, &fake{}, http.MethodGet, "/provider/work", nil)
	rows := strings.Split(rec.Body.String(), "<tr")
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
	if rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `href="/provider/work/drafts"`) || !strings.Contains(rec.Body.String(), ">2000<") {
		t.Errorf("%d, without the drafts or the requests", rec.Code)
	}
}
