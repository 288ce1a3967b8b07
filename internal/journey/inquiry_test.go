package journey

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
)

// TestInquiry is the path of the eligibility inquiry: somebody active, not yet
// certified, ended and unknown, then a list of them all, and the work lists.
func TestInquiry(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.January, 14, 9, 0, 0)).inquires()
}

// TestInquiryWithoutScript is the same path in a browser that runs no script.
func TestInquiryWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.January, 14, 9, 0, 0)).inquires()
}

const (
	answerActive  = "ELIGIBLE FOR FAMILY PACT SERVICES. AID CODE 8H. PERIOD 01/14/2025 - 01/13/2026. COUNTY "
	answerEnded   = "NOT ELIGIBLE ON DATE OF SERVICE. DEACTIVATED 01/14/2025 REASON 06."
	answerBefore  = "NOT ELIGIBLE ON DATE OF SERVICE."
	answerUnknown = "NO RECORD FOR THIS IDENTIFICATION NUMBER."
)

func (p *portal) inquires() {
	p.Helper()
	var w *person
	var id uuid.UUID
	var number client.HAPNumber
	unknown := client.NewHAPNumber(99000001, civil.MustParse("2025-01-14"))
	p.step("somebody of a clinic, and a client", func() {
		w = p.helper("Samuel", "Ortiz")
		w.later(2 * time.Minute) // a new code of the mailbox
		w.signsIn()
		id = w.knows()
		number = w.numberOf(id)
	})
	p.step("what was typed wrong", func() {
		w.follows(locale.MenuInquiry)
		w.look("inquiry")
		w.presses(locale.InquiryGo)
		w.found("/provider/inquiry", 422)
		w.wants(locale.SearchHapWrong, locale.InquiryServiceMissing)
		w.look("inquiry-error")
		dated("service", "2", "30", "2025")(w)
		w.Fill("hap", string(number))
		w.presses(locale.InquiryGo)
		w.wants(locale.InquiryServiceWrong)
	})
	p.step("one at a time", func() {
		w.inquires(number, "14", answerActive)
		w.look("inquiry-answer")
		w.inquires(number, "13", answerBefore)
		w.look("inquiry-answer-no")
		w.inquires(number, "15", answerActive)
		w.wants(locale.InquiryResultAhead)
		w.inquires(unknown, "14", answerUnknown)
		w.look("inquiry-answer-unknown")
		w.ends(id)
		w.inquires(number, "14", answerEnded)
		w.inquires(number, "13", answerBefore)
	})
	p.step("a list", func() { w.checksList(number, unknown) })
	p.step("the client can see it", func() {
		w.at("/provider/clients/" + id.String() + "/access")
		w.wants(locale.AccessesWhatInquiry)
	})
	p.step("work lists", func() {
		w.at("/provider")
		w.follows(locale.WorkLink)
		w.found("/provider/work", 200)
		w.look("work")
		w.follows(locale.ClientsShowEnding60)
		w.found("/provider/clients", 200)
		w.at("/provider/clients")
		w.look("clients")
		w.follows(locale.ClientsColumnStatus)
		w.found("/provider/clients", 200)
		w.wants(locale.ClientsCaptionStatus.With("Range", locale.Words("1 to 1 of 1")))
	})
}

// actor is who the person is when acting for the site.
func (w *person) actor() authz.Actor {
	w.Helper()
	return authz.Actor{
		Role:    authz.Staff,
		Account: value[uuid.UUID](w.portal, `SELECT id FROM account WHERE email = $1`, w.email),
		Site:    value[uuid.UUID](w.portal, `SELECT site_id FROM membership WHERE email = $1`, w.email),
	}
}

func (w *person) numberOf(id uuid.UUID) client.HAPNumber {
	w.Helper()
	record, err := w.portal.app.Clients.View(context.Background(), w.actor(), id, "record")
	if err != nil {
		w.Fatal(err)
	}
	return record.HAP
}

// ends discontinues the enrollment from today on.
func (w *person) ends(id uuid.UUID) {
	w.Helper()
	sub := idempotency.Submission{Key: uuid.Must(uuid.NewV7()), Digest: []byte("test")}
	_, err := w.portal.app.Enrollments.Discontinue(context.Background(), w.actor(), sub, id, enrollment.Discontinuation{
		Cause: enrollment.NumberClosed, Why: enrollment.Requested, On: civil.MustParse("2025-01-14"),
	})
	if err != nil {
		w.Fatal(err)
	}
}

// inquires asks about the number on a day of January and reads the answer.
func (w *person) inquires(number client.HAPNumber, day, want string) {
	w.Helper()
	w.at("/provider/inquiry")
	w.Choose("by=hap")
	w.Fill("hap", number.Groups())
	dated("service", "1", day, "2025")(w)
	w.presses(locale.InquiryGo)
	w.found("/provider/inquiry/", 200)
	if strings.Contains(w.URL(), string(number)) {
		w.Errorf("the number stands in the address")
	}
	if got := w.Text(".govuk-inset-text .govuk-body-l"); !strings.HasPrefix(got, want) {
		w.Errorf("the answer is %q, want %q", got, want)
	}
}

// checksList uploads a list and takes the answers away.
func (w *person) checksList(number, unknown client.HAPNumber) {
	w.Helper()
	w.at("/provider/inquiry")
	w.follows(locale.InquiryMany)
	w.look("inquiry-batch")
	w.uploadsList("hap_number,date_of_service\nx,y\n")
	w.found("/provider/inquiry/batches", 422)
	w.wants(locale.InquiryProblemNumberWrong)
	w.look("inquiry-batch-error")
	w.uploadsList("hap_number,date_of_service\n" +
		string(number) + ",01/14/2025\n" + string(number) + ",2025-01-13\n" + string(unknown) + ",1/14/2025\n=1+1,1/14/2025\n")
	w.found("/provider/inquiry/batches/", 200)
	page := w.URL()[len(w.portal.base):]
	w.portal.answered()
	w.at(page)
	w.wants(locale.InquiryBatchSave, locale.InquiryBatchFaulty.With("Count", 1))
	w.look("inquiry-batch-ready")
	got := browsertest.Eval[string](w.Page, `fetch(location.pathname + "/answers.csv").then((r) => r.text())`)
	want := "line,hap_number,date_of_service,answer,problem\n" +
		"2," + string(number) + ",01/14/2025," + answerEnded + ",\n" +
		"3," + string(number) + ",2025-01-13," + answerBefore + ",\n" +
		"4," + string(unknown) + ",1/14/2025," + answerUnknown + ",\n" +
		"5,'=1+1,1/14/2025,,\"" + say(locale.InquiryProblemNumberWrong) + "\"\n"
	if got != want {
		w.Errorf("the answers are\n%s\nwant\n%s", got, want)
	}
	if _, err := w.portal.sql.Exec(context.Background(), `UPDATE inquiry_batch SET finished_at = NULL, answered = 1`); err != nil {
		w.Fatal(err)
	}
	w.at(page)
	w.wants(locale.InquiryBatchLeave, locale.InquiryBatchAgain)
	w.look("inquiry-batch-working")
	if _, err := w.portal.sql.Exec(context.Background(), `UPDATE inquiry_batch SET finished_at = asked_at, answered = lines`); err != nil {
		w.Fatal(err)
	}
	if w.browser.NoScript {
		w.follows(locale.InquiryBatchAgain)
	} else {
		browsertest.Eval[bool](w.Page, `new Promise((done) => {
			const look = () => document.querySelector('a[href$="answers.csv"]') ? done(true) : requestAnimationFrame(look);
			look();
		})`)
	}
	w.wants(locale.InquiryBatchDone.With("Total", 4), locale.InquiryBatchSave)
	w.at("/provider/inquiry/batches")
	w.look("inquiry-batch-list")
}

func (w *person) uploadsList(list string) {
	w.Helper()
	file := filepath.Join(w.root.TempDir(), "numbers.csv")
	if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
		w.Fatal(err)
	}
	w.Upload("file", file)
	w.presses(locale.InquiryBatchGo)
}

// answered waits until the workers have answered every list.
func (p *portal) answered() {
	p.Helper()
	_, err := p.sql.Exec(context.Background(), `DO $$ BEGIN
		FOR i IN 1..600 LOOP
			IF NOT EXISTS (SELECT FROM inquiry_batch WHERE finished_at IS NULL) THEN
				RETURN;
			END IF;
			PERFORM pg_sleep(0.1);
		END LOOP;
		RAISE 'the list has not been answered in a minute';
	END $$`)
	if err != nil {
		p.Fatal(err)
	}
}
