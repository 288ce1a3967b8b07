package accesscode

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// Register makes every mail that carries a code say its deadline, keeps back
// the mails of dead codes, and starts the 24 hours of a code when the mail
// server has accepted its mail (decisions 35). A warning that the window closes
// is kept back, too, once there is an account. It is called once, while the
// program is put together.
func Register() {
	for _, key := range []string{keyCertifier, keyReissued, keyStaff, keyOffice} {
		message.BeforeSend(key, beforeSend)
		message.OnSent(key, onSent)
	}
	message.BeforeSend(keyClosing, stillWaits)
}

// beforeSend adds the deadline: never later than the real one, since the hours
// begin to run after it and the minute is rounded down.
func beforeSend(ctx context.Context, tx *postgres.Tx, m message.Message) (map[string]string, bool, error) {
	id, err := codeOf(m)
	if err != nil {
		return nil, false, err
	}
	alive, err := mailable(ctx, tx, id)
	if err != nil || !alive {
		return nil, false, err
	}
	end := tx.Now().Add(Lifetime).Truncate(time.Minute)
	return map[string]string{"Deadline": locale.Clock(locale.WithLanguage(ctx, m.To.Language), end)}, true, nil
}

func onSent(ctx context.Context, tx *postgres.Tx, m message.Message) error {
	id, err := codeOf(m)
	if err != nil {
		return err
	}
	return startCode(ctx, tx, id, tx.Now().Add(Lifetime))
}

func codeOf(m message.Message) (uuid.UUID, error) {
	id, err := uuid.Parse(strings.TrimPrefix(m.Cause, subjectPrefix))
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}
