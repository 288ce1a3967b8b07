package factorreset

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Messages of a request.
const (
	keyAsked    = "account.lost-app"
	keyReminder = "account.lost-app.reminder"
	keyStopped  = "account.lost-app.stopped"
	keyDone     = "account.lost-app.done"
	keyConfirm  = "workforce.lost-app"
)

func cause(r Reset) string { return "factor-reset:" + r.ID.String() }

// warn mails the owner a notice with a code to stop the request.
func (s *Service) warn(ctx context.Context, tx *postgres.Tx, a account.Account, r Reset, key string, code secret.Text) error {
	to, err := s.accounts.RecipientTx(ctx, tx, a)
	if err != nil {
		return err
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: key, Cause: cause(r), To: to,
		Values: map[string]string{
			"Code": secret.FormatCode(code), "Due": locale.Clock(locale.WithLanguage(ctx, to.Language), r.DueAt), "Confirmer": string(r.Confirmer),
		},
	})
	return err
}

// tell mails the owner how the request ended.
func (s *Service) tell(ctx context.Context, tx *postgres.Tx, a account.Account, r Reset, key string) error {
	to, err := s.accounts.RecipientTx(ctx, tx, a)
	if err != nil {
		return err
	}
	values := map[string]string{"Time": locale.Clock(locale.WithLanguage(ctx, to.Language), tx.Now())}
	if to.Email != "" {
		if values[account.ValueNotMe], err = account.DisavowalTx(ctx, tx, s.ring, a.ID, to.Email, key); err != nil {
			return err
		}
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{Key: key, Cause: cause(r), To: to, Values: values})
	return err
}

// askHelpers mails everybody who can confirm the request.
func (s *Service) askHelpers(ctx context.Context, tx *postgres.Tx, r Reset) error {
	if !r.NeedsPerson {
		return nil
	}
	all, err := helpers(ctx, tx, r.Account, r.Confirmer)
	if err != nil {
		return fmt.Errorf("find who can confirm: %w", err)
	}
	for _, h := range all {
		_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{
			Key: keyConfirm, Cause: cause(r) + ":" + h.ID.String(),
			To:     message.Recipient{Account: h.ID, Name: h.FirstName + " " + h.LastName, Email: h.Email, Language: locale.English},
			Values: map[string]string{"Person": r.Person},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
