package application

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// SignForm is a signing form: what was typed, for which version of the answers,
// and the boxes that were ticked.
type SignForm struct {
	Kind     Kind
	Version  int
	Language locale.Language // in which the client read or heard the statement
	Agreed   bool            // has read the statement, or signed it on paper
	Consent  bool            // to the recording
	Signing
}

// Sign keeps the client's signature for the answers as they are. Answers that
// are missing make it ErrIncomplete; answers saved meanwhile ErrChanged. A
// consent to recording is kept as disclosure D14.
func (s *Service) Sign(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, in SignForm) error {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return fault.ErrNotFound
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		a, err := forWorkTx(ctx, tx, s.ring, actor, id)
		switch {
		case err != nil:
			return uuid.Nil, err
		case a.State.Decided():
			return uuid.Nil, ErrDecided
		case a.Version != in.Version:
			return uuid.Nil, ErrChanged
		case len(question.Missing(a.Answers)) > 0:
			return uuid.Nil, ErrIncomplete
		}
		if err := in.Check(a.Mode); err != nil {
			return uuid.Nil, err
		}
		if err := s.signTx(ctx, tx, actor, a, in); err != nil {
			return uuid.Nil, fmt.Errorf("sign application %s: %w", id, err)
		}
		return id, audit.Record(ctx, tx, actor, "application.sign", subject(id), audit.Reason(string(in.Kind)))
	})
	return err
}

func (s *Service) signTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Application, in SignForm) error {
	id := uuid.Must(uuid.NewV7())
	raw, err := json.Marshal(in.Signing)
	if err != nil {
		return err
	}
	sealed, err := s.ring.Seal(detailsCell(id), string(raw))
	if err != nil {
		return err
	}
	language, err := s.ring.Seal(languageCell(id), string(in.Language))
	if err != nil {
		return err
	}
	if err := endSignature(ctx, tx, a.ID); err != nil {
		return err
	}
	sig := Signature{Kind: in.Kind, Statement: Statement}
	if err := insertSignature(ctx, tx, actor, id, a, sig, language, sealed); err != nil {
		return err
	}
	if actor.Origin.HandedOver {
		if err := signHandover(ctx, tx, a.ID); err != nil {
			return err
		}
	}
	if in.Kind != Oral {
		return nil
	}
	return s.discloseTx(ctx, tx, actor, a.ID, map[Code]Answer{"D14": Given})
}

func detailsCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "signature", Column: "details_sealed", Row: id}
}

func languageCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "signature", Column: "language_sealed", Row: id}
}

func openSignature(ring *secret.Ring, rows []signatureRow) (*Signature, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	r := rows[0]
	plain, err := ring.Open(detailsCell(r.ID), r.DetailsSealed)
	if err != nil {
		return nil, err
	}
	language, err := ring.Open(languageCell(r.ID), r.LanguageSealed)
	if err != nil {
		return nil, err
	}
	sig := Signature{Kind: r.Kind, Statement: r.Statement, Language: locale.Language(language), SignedAt: r.SignedAt}
	if err := json.Unmarshal([]byte(plain), &sig.Signing); err != nil {
		return nil, fmt.Errorf("read signature %s: not as it was written", r.ID)
	}
	return &sig, nil
}

// Disclose keeps what the client was told and offered. All that the
// application needs must be answered; each that is not is named by its code.
func (s *Service) Disclose(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, given map[Code]Answer) error {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return fault.ErrNotFound
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		a, err := forWorkTx(ctx, tx, s.ring, actor, id)
		switch {
		case err != nil:
			return uuid.Nil, err
		case a.State.Decided():
			return uuid.Nil, ErrDecided
		}
		if err := a.checkDisclosed(given); err != nil {
			return uuid.Nil, err
		}
		needed := map[Code]Answer{}
		for _, t := range a.Topics() {
			needed[t.Code] = given[t.Code]
		}
		if err := s.discloseTx(ctx, tx, actor, id, needed); err != nil {
			return uuid.Nil, err
		}
		return id, audit.Record(ctx, tx, actor, "application.disclose", subject(id))
	})
	return err
}

// answerLength is the length of the longest answer, so that none tells itself.
const answerLength = len(Received)

// discloseTx keeps answers, sealed: they describe the client.
func (s *Service) discloseTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, given map[Code]Answer) error {
	var codes []string
	var answers [][]byte
	for c, a := range given {
		sealed, err := s.ring.Seal(answerCell(id, c), secret.Pad(string(a), answerLength))
		if err != nil {
			return err
		}
		codes, answers = append(codes, string(c)), append(answers, sealed)
	}
	if err := putDisclosures(ctx, tx, actor, id, codes, answers); err != nil {
		return fmt.Errorf("keep disclosures: %w", err)
	}
	return nil
}

// answerCell has the code beside the column: an application has many answers.
func answerCell(id uuid.UUID, c Code) secret.Cell {
	return secret.Cell{Table: "disclosure", Column: "answer_sealed/" + string(c), Row: id}
}

func (d disclosureRow) open(ring *secret.Ring, id uuid.UUID) (Disclosure, error) {
	plain, err := ring.Open(answerCell(id, d.Code), d.AnswerSealed)
	return Disclosure{Code: d.Code, Answer: Answer(secret.Unpad(plain)), GivenAt: d.GivenAt}, err
}

// Check returns what is wrong with the form for an application of the mode, by
// field. Sign checks it as well.
func (in SignForm) Check(mode Mode) error { return in.check(in.Kind, mode, in.Agreed, in.Consent) }
