package worker

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/textmessage"
)

// texts are the messages that can go out as a text message, by their key. They
// name neither the program nor anybody (ux.md 15.1).
var texts = map[string]locale.Key{
	"account.code": locale.TextCode,
}

// renderText puts a message into a text message in the language of its
// recipient. Its id is that of the message's mail: always the same.
func (l Letterhead) renderText(ctx context.Context, m message.Message) (textmessage.Text, error) {
	key, known := texts[m.Key]
	if !known {
		return textmessage.Text{}, fmt.Errorf("no text message for the key %q", m.Key)
	}
	language, _ := locale.Parse(string(m.To.Language))
	words := locale.T(locale.WithLanguage(ctx, language), key, "Code", m.Values["Code"], "Deadline", m.Values["Deadline"])
	return textmessage.Text{ID: mail.Identify(m.Key, m.Cause, l.From), To: m.To.Phone, Text: words}, nil
}
