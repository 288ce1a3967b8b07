package server_test

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/inquiry"
	"familypact.example/portal/internal/platform/civil"
)

// inquiryThings are answers to inquiries, and lists of them.
type inquiryThings struct {
	inquiries         map[who]uuid.UUID
	otherInquiry      uuid.UUID
	batch, otherBatch uuid.UUID
}

func (w *world) inquired() inquiryThings {
	w.t.Helper()
	th := inquiryThings{inquiries: map[who]uuid.UUID{}}
	for _, as := range []who{asStaff, asCertifier} {
		th.inquiries[as] = w.inquires(w.people[as])
	}
	th.otherInquiry = w.inquires(w.others[asStaff])
	th.batch, th.otherBatch = w.checks(w.people[asStaff]), w.checks(w.others[asStaff])
	return th
}

// inquires asks about a number that is nobody's.
func (w *world) inquires(p person) uuid.UUID {
	w.t.Helper()
	on := civil.Of(week)
	id, err := w.app.Inquiries.Ask(context.Background(), p.actor(), sub(), inquiry.Question{
		By: client.ByHAP, Number: string(client.NewHAPNumber(99000001, on)), ServiceOn: on,
	})
	w.must(err)
	return id
}

// checks has a list of one line answered.
func (w *world) checks(p person) uuid.UUID {
	w.t.Helper()
	on, ctx := civil.Of(week), context.Background()
	list := "hap_number,date_of_service\n" + string(client.NewHAPNumber(99000001, on)) + "," + on.String() + "\n"
	id, err := w.app.Inquiries.Upload(ctx, p.actor(), sub(), []byte(list))
	w.must(err)
	_, err = w.app.Inquiries.AnswerPart(ctx, id)
	w.must(err)
	return id
}
