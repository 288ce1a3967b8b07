package server

import "familypact.example/portal/internal/platform/authz"

// registrationTable are the pages on which a client makes an account.
func registrationTable(p Pages) []route {
	return []route{
		get("/register", authz.Open, p.Registrations.ShowSafe),
		post("/register", authz.Open, p.Registrations.ChooseSafe),
		get("/register/about-you", authz.Open, p.Registrations.ShowAbout),
		post("/register/about-you", authz.Open, p.Registrations.Tell),
		get("/register/email", authz.Open, p.Registrations.ShowEmail),
		post("/register/email", authz.Open, p.Registrations.GiveEmail),
		get("/register/sign-in-details", authz.Open, p.Registrations.ShowSignIn),
		post("/register/sign-in-details", authz.Open, p.Registrations.ChooseSignIn),
		get("/register/code", authz.Open, p.Registrations.ShowCode),
		post("/register/code", authz.Open, p.Registrations.CheckCode),
		post("/register/code/send", authz.Open, p.Registrations.SendCode),
		get("/register/authenticator", authz.Open, p.Registrations.ShowApp),
		post("/register/authenticator", authz.Open, p.Registrations.ConfirmApp),
		get("/register/terms", authz.Open, p.Registrations.ShowTerms),
		post("/register/terms", authz.Open, p.Registrations.Create),
		get("/register/done", authz.Open, p.Registrations.ShowDone),
		post("/register/stop", authz.Open, p.Registrations.Stop),
		get("/register/stopped", authz.Open, p.Registrations.ShowStopped),
	}
}
