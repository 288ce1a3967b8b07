// Package signinpage has the pages of signing in and out.
package signinpage

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"

	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
)

// CodeView is what the page for the passcode shows.
type CodeView struct {
	Form   *form.Form
	Email  string // masked address that codes go to; empty: an app
	Phone  string // last digits of the other contact; empty: none
	Texted bool   // the code went to the other contact
	Left   int    // tries, when there are few; 0: many, or the form says it
	Lost   bool   // a new app can be asked for
}

// left says how many tries there are, and before the last one what to do
// instead.
func (v CodeView) left() locale.Phrase {
	if v.Left == 1 && v.Email == "" {
		return locale.SignInCodeLeftApp
	}
	return locale.SignInCodeLeft.With("Count", v.Left)
}

// mailIt is the button that mails a code: again, or in place of a text message.
func (v CodeView) mailIt() locale.Phrase {
	if v.Texted {
		return locale.SignInCodeMailIt.With("Email", v.Email)
	}
	return locale.SignInCodeAgain
}

// LostAppView is what the page shows on which a new app is asked for.
type LostAppView struct {
	Form   *form.Form
	Email  string // masked
	Office bool   // an administrator of OFP confirms, not the certifier
}

// AuthenticatorView is what the page for setting up an authenticator shows.
type AuthenticatorView struct {
	Form   *form.Form
	Secret string // in groups of four
	Size   int    // modules of the picture, with the quiet zone
	Path   string // of its dark modules, as an SVG path
}

// quiet is the empty border of a QR code, in modules.
const quiet = 4

// NewAuthenticatorView draws the address as a QR code, with nothing asked of
// any other service.
func NewAuthenticatorView(f *form.Form, secretText, address string) (AuthenticatorView, error) {
	code, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		return AuthenticatorView{}, fmt.Errorf("draw QR code: %w", err)
	}
	var path strings.Builder
	bounds := code.Bounds()
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			if gray, _ := color.GrayModel.Convert(code.At(x, y)).(color.Gray); gray.Y == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return AuthenticatorView{Form: f, Secret: groups(secretText), Size: bounds.Dx() + 2*quiet, Path: path.String()}, nil
}

// box is the view box of the picture.
func (v AuthenticatorView) box() string { return fmt.Sprintf("0 0 %d %d", v.Size, v.Size) }

func groups(s string) string {
	var parts []string
	for len(s) > 4 {
		parts, s = append(parts, s[:4]), s[4:]
	}
	return strings.Join(append(parts, s), " ")
}

// whyExpired says why the session has ended, and what becomes of text that was
// sent afterwards.
func whyExpired(surplus bool) []locale.Phrase {
	if surplus {
		return []locale.Phrase{locale.SignInExpiredSurplus, locale.SignInExpiredSurplusNotMe, locale.SignInExpiredKept}
	}
	return []locale.Phrase{locale.SignInExpiredText, locale.SignInExpiredKept}
}
