package clientspage

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/clients/linkcode"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/secret"
)

// LinkCodeView is a record with its link code.
type LinkCodeView struct {
	Record
	linkcode.Standing
}

func (v LinkCodeView) path() string { return v.base() + "/link-code" }

func (v LinkCodeView) open() locale.Phrase {
	return locale.LinkCodeOpen.With("Name", v.Code.MadeBy, "When", Stamp(v.Code.MadeAt), "Until", Stamp(v.Code.EndsAt))
}

func (v LinkCodeView) act() locale.Key {
	if v.Code != nil {
		return locale.LinkCodeAnother
	}
	return locale.LinkCodeMake
}

// MadeCodeView is a new code, with where the client types it.
type MadeCodeView struct {
	Record
	linkcode.Made
	Address string
}

func (v MadeCodeView) code() string { return secret.FormatCode(v.Made.Code) }

// inTheirs is the sheet for the client, in the language that the client reads.
func (v MadeCodeView) inTheirs() templ.Component {
	language := v.Made.Client.Contact.Language()
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return inLanguage(language, codeSheet(v)).Render(locale.WithLanguage(ctx, language), w)
	})
}
