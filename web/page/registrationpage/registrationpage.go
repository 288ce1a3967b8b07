// Package registrationpage has the pages on which a client makes an account.
// They are quiet: neither title nor words name the program (ux.md 14.3).
package registrationpage

import (
	"slices"

	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/registration"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/signinpage"
)

// Path is the address of a step.
func Path(step registration.Step) string {
	if step == registration.StepSafe {
		return "/register"
	}
	return "/register/" + string(step)
}

// names are the parts of the way, by their step.
var names = map[registration.Step]locale.Key{
	registration.StepSafe:   locale.RegistrationPartSafe,
	registration.StepAbout:  locale.RegistrationPartAbout,
	registration.StepEmail:  locale.RegistrationPartEmail,
	registration.StepSignIn: locale.RegistrationPartSignIn,
	registration.StepCode:   locale.RegistrationPartCode,
	registration.StepApp:    locale.RegistrationPartCode,
	registration.StepTerms:  locale.RegistrationPartTerms,
}

// part is the number of a step among those of a way, and how many there are.
func part(d registration.Draft, step registration.Step) (at, of int) {
	all := d.Steps()
	return slices.Index(all, step) + 1, len(all) - 1 // the last page is no part
}

// app is what the page shows of the app that is being set up.
func app(f *form.Form, d registration.Draft) (signinpage.AuthenticatorView, error) {
	return signinpage.NewAuthenticatorView(f, d.Secret, passcode.QuietAddress(d.Secret))
}

// promises are what a client agrees to.
var promises = []locale.Key{locale.RegistrationTerms1, locale.RegistrationTerms2, locale.RegistrationTerms3}
