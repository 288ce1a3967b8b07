package ofp_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/ofp"
	"familypact.example/portal/internal/office/report"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	dbtest.Main(m)
}

func show(t *testing.T, fn handler.Func, role authz.Role) (string, error) {
	t.Helper()
	ctx := handler.WithVisit(t.Context(), handler.Visit{Actor: authz.Actor{Role: role, Account: uuid.New()}}, nil)
	w := httptest.NewRecorder()
	err := fn(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/ofp", nil))
	return w.Body.String(), err
}

func TestTilesOpenTheListsTheyCount(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	h := ofp.New(report.NewService(db), setting.NewService(db))
	page, err := show(t, h.ShowUndelivered, authz.OFP)
	if err != nil || !strings.Contains(page, "Every message was delivered") {
		t.Errorf("%v:\n%s", err, page)
	}
	err = db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		for _, to := range []message.Recipient{{Name: "Q", Email: "gone@clinic.example"}, {Name: "K", Email: "client@mail.example", Client: uuid.New()}} {
			id, err := message.QueueTx(t.Context(), tx, ring, message.Outgoing{Key: "staff.removed", Cause: to.Name, To: to})
			if err != nil {
				return err
			}
			if _, err := tx.Exec(t.Context(), `UPDATE message SET state = 'undeliverable', body = NULL, failure = 'permanent', failed_at = $2 WHERE id = $1`, id, tx.Now()); err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), `UPDATE river_job SET state = 'retryable' WHERE id = (SELECT min(id) FROM river_job)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err = show(t, h.ShowDashboard, authz.OFP)
	if err != nil {
		t.Fatal(err)
	}
	for _, href := range []string{"/ofp/undeliverable", "/ofp/jobs", "/ofp/codes?today=yes", "/ofp/sites?account=yes", "/ofp/sites?account=no", "/ofp/codes?state=out"} {
		if !strings.Contains(page, `href="`+href+`"`) {
			t.Errorf("no tile opens %s:\n%s", href, page)
		}
	}
	page, err = show(t, h.ShowUndelivered, authz.OFP)
	if err != nil || !strings.Contains(page, "1 to 2 of 2") || !strings.Contains(page, "gone@clinic.example") || strings.Contains(page, "client@mail.example") {
		t.Errorf("%v:\n%s", err, page)
	}
	page, err = show(t, h.ShowJobs, authz.OFP)
	if err != nil || !strings.Contains(page, "send-message") {
		t.Errorf("%v:\n%s", err, page)
	}
	for _, fn := range []handler.Func{h.ShowDashboard, h.ShowJobs, h.ShowUndelivered} {
		if _, err := show(t, fn, authz.Desk); err == nil {
			t.Error("the desk sees a page of OFP")
		}
	}
}
