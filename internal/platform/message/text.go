package message

import (
	"context"

	"familypact.example/portal/internal/platform/textmessage"
)

// TextSender takes text messages. Its errors are those of package mail, so that
// both channels are retried and given up alike.
type TextSender interface {
	Send(ctx context.Context, t textmessage.Text) error
}

// TextRenderer puts a message into the words of a text message.
type TextRenderer func(ctx context.Context, m Message) (textmessage.Text, error)

// Text gives the courier a gateway. Without one, text messages are
// undeliverable. It is called before the first delivery.
func (c *Courier) Text(sender TextSender, render TextRenderer) {
	c.text.compose = func(ctx context.Context, m Message) (letter, error) {
		composed, err := render(ctx, m)
		return func(ctx context.Context) error { return sender.Send(ctx, composed) }, err
	}
}
