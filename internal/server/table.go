package server

import (
	"slices"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/access"
	"familypact.example/portal/internal/handler/accounts"
	"familypact.example/portal/internal/handler/clients"
	"familypact.example/portal/internal/handler/demos"
	"familypact.example/portal/internal/handler/enroll"
	"familypact.example/portal/internal/handler/ofp"
	"familypact.example/portal/internal/handler/provider"
	"familypact.example/portal/internal/handler/public"
	"familypact.example/portal/internal/handler/register"
	"familypact.example/portal/internal/handler/signin"
	"familypact.example/portal/internal/handler/sites"
	"familypact.example/portal/internal/platform/authz"
)

// Pages are the handlers of every area. Demos is there in a training copy
// only.
type Pages struct {
	Public   *public.Handlers
	SignIn   *signin.Handlers
	Register *register.Handlers
	Provider *provider.Handlers
	Enroll   *enroll.Handlers
	Clients  *clients.Handlers
	Access   *access.Handlers
	Accounts *accounts.Handlers
	OFP      *ofp.Handlers
	Sites    *sites.Handlers
	Demos    *demos.Handlers
}

// route is one line of the table: who may ask for what, and what answers.
type route struct {
	method     string
	path       string
	permission authz.Permission
	fn         handler.Func
	fresh      bool // password and passcode again, within 15 minutes (security.md 5.9)
	file       bool // the form brings a file
}

func get(path string, p authz.Permission, fn handler.Func) route {
	return route{method: "GET", path: path, permission: p, fn: fn}
}

func post(path string, p authz.Permission, fn handler.Func) route {
	return route{method: "POST", path: path, permission: p, fn: fn}
}

// again marks a route as one that asks for password and passcode again.
func (rt route) again() route { rt.fresh = true; return rt }

// withFile marks a route as one whose form brings a file.
func (rt route) withFile() route { rt.file = true; return rt }

// table lists every route of the portal with the permission that opens it.
// Public, sign-in and client routes are served below /es as well.
func table(p Pages) []route {
	return slices.Concat(publicTable(p), signInTable(p), registerTable(p),
		providerTable(p), enrollTable(p), clientsTable(p), accessTable(p), officeTable(p),
		accountTable(p, "/provider/account", authz.ProviderHome), accountTable(p, "/ofp/account", authz.OFPHome))
}

func publicTable(p Pages) []route {
	return []route{
		get("/", authz.Open, p.Public.ShowHome),
		get("/eligibility", authz.Open, p.Public.ShowEligibility),
		get("/contact", authz.Open, p.Public.ShowContact),
		get("/privacy", authz.Open, p.Public.ShowPrivacy),
		get("/safety", authz.Open, p.Public.ShowSafety),
		get("/accessibility", authz.Open, p.Public.ShowAccessibility),
		get("/language-help", authz.Open, p.Public.ShowLanguageHelp),
		get("/nondiscrimination", authz.Open, p.Public.ShowNondiscrimination),
		get("/terms", authz.Open, p.Public.ShowTerms),
		get("/status", authz.Open, p.Public.ShowStatus),
		get("/providers", authz.Open, p.Public.ShowProviders),
		get("/providers/my-code", authz.Open, p.Public.ShowMyCode),
		get("/leave", authz.Open, p.Public.Leave),
	}
}

func signInTable(p Pages) []route {
	return []route{
		get("/sign-in", authz.Open, p.SignIn.Show),
		post("/sign-in", authz.Open, p.SignIn.SignIn),
		post("/sign-in/leave", authz.Open, p.SignIn.Leave),
		get("/sign-in/code", authz.HalfSignedIn, p.SignIn.ShowCode),
		post("/sign-in/code", authz.HalfSignedIn, p.SignIn.CheckCode),
		post("/sign-in/code/send", authz.HalfSignedIn, p.SignIn.SendAgain),
		get("/sign-in/authenticator", authz.HalfSignedIn, p.SignIn.ShowAuthenticator),
		post("/sign-in/authenticator", authz.HalfSignedIn, p.SignIn.ConfirmAuthenticator),
		get("/sign-in/again", authz.SignedIn, p.SignIn.ShowAgain),
		post("/sign-in/again", authz.SignedIn, p.SignIn.Again),
		get("/sign-in/blocked", authz.Open, p.SignIn.ShowBlocked),
		get("/sign-in/disabled", authz.Open, p.SignIn.ShowInactive),
		get("/sign-in/disabled/office", authz.Open, p.SignIn.ShowDisabled),
		post("/sign-out", authz.Open, p.SignIn.SignOut),
		get("/sign-out", authz.Open, p.SignIn.ShowSignedOut),
		post("/session/extend", authz.SignedIn, p.SignIn.Extend),
		get("/session/expired", authz.Open, p.SignIn.ShowExpired),
		get("/password/forgot", authz.Open, p.SignIn.ShowForgot),
		post("/password/forgot", authz.Open, p.SignIn.Forgot),
		get("/password/code", authz.Open, p.SignIn.ShowReset),
		post("/password/code", authz.Open, p.SignIn.Reset),
	}
}

func registerTable(p Pages) []route {
	return []route{
		get("/create-account", authz.Open, p.Register.ShowStart),
		get("/create-account/code", authz.Open, p.Register.ShowCode),
		post("/create-account/code", authz.Open, p.Register.EnterCode),
		get("/create-account/confirm", authz.Open, p.Register.ShowConfirm),
		post("/create-account/confirm", authz.Open, p.Register.Confirm),
		get("/create-account/sign-in-details", authz.Open, p.Register.ShowSignIn),
		post("/create-account/sign-in-details", authz.Open, p.Register.ChooseSignIn),
		get("/create-account/contact", authz.Open, p.Register.ShowContact),
		post("/create-account/contact", authz.Open, p.Register.ChooseContact),
		get("/create-account/terms", authz.Open, p.Register.ShowTerms),
		post("/create-account/terms", authz.Open, p.Register.Create),
		get("/create-account/done", authz.Open, p.Register.ShowDone),
	}
}

func providerTable(p Pages) []route {
	return []route{
		get("/provider", authz.ProviderHome, p.Provider.ShowHome),
		get("/provider/search", authz.FindClients, p.Provider.ShowSearch),
		post("/provider/search", authz.FindClients, p.Provider.Search),
		get("/provider/search/{result}", authz.FindClients, p.Provider.ShowResult),
		get("/provider/search/{result}/{client}", authz.FindClients, p.Provider.ShowOpen),
		post("/provider/search/{result}/{client}", authz.FindClients, p.Provider.Open),
		get("/provider/enroll", authz.EnrollClients, p.Provider.ShowEnroll),
		post("/provider/enroll", authz.EnrollClients, p.Provider.Enroll),
		get("/provider/enroll/{result}", authz.EnrollClients, p.Provider.ShowMatches),
	}
}

func enrollTable(p Pages) []route {
	return []route{
		get("/provider/enroll/{result}/start", authz.EnrollClients, p.Enroll.ShowStart),
		post("/provider/enroll/{result}/start", authz.EnrollClients, p.Enroll.Start),
		get("/provider/clients/{id}/recertify", authz.EnrollClients, p.Enroll.ShowRecertify),
		post("/provider/clients/{id}/recertify", authz.EnrollClients, p.Enroll.Recertify),
		get("/provider/work/drafts", authz.EnrollClients, p.Enroll.ShowDrafts),
		get("/provider/applications/{id}", authz.EnrollClients, p.Enroll.ShowApplication),
		get("/provider/applications/{id}/delete", authz.EnrollClients, p.Enroll.ShowDelete),
		post("/provider/applications/{id}/delete", authz.EnrollClients, p.Enroll.Delete),
		get("/provider/applications/{id}/check", authz.EnrollClients, p.Enroll.ShowCheck),
		get("/provider/applications/{id}/sign", authz.EnrollClients, p.Enroll.ShowSign),
		post("/provider/applications/{id}/sign", authz.EnrollClients, p.Enroll.Sign),
		get("/provider/applications/{id}/told", authz.EnrollClients, p.Enroll.ShowTold),
		post("/provider/applications/{id}/told", authz.EnrollClients, p.Enroll.Tell),
		get("/provider/applications/{id}/review", authz.EnrollClients, p.Enroll.ShowReview),
		post("/provider/applications/{id}/review", authz.EnrollClients, p.Enroll.Certify),
		get("/provider/applications/{id}/result", authz.EnrollClients, p.Enroll.ShowResult),
		get("/provider/applications/{id}/{section}", authz.EnrollClients, p.Enroll.ShowSection),
		post("/provider/applications/{id}/{section}", authz.EnrollClients, p.Enroll.SaveSection),
	}
}

func clientsTable(p Pages) []route {
	return []route{
		get("/provider/clients", authz.FindClients, p.Clients.ShowList),
		get("/provider/clients/{id}", authz.FindClients, p.Clients.Show),
		get("/provider/clients/{id}/application", authz.FindClients, p.Clients.ShowApplication),
		get("/provider/clients/{id}/history", authz.FindClients, p.Clients.ShowHistory),
		get("/provider/clients/{id}/notes", authz.FindClients, p.Clients.ShowNotes),
		get("/provider/clients/{id}/notes/new", authz.FindClients, p.Clients.ShowNewNote),
		post("/provider/clients/{id}/notes/new", authz.FindClients, p.Clients.AddNote),
		get("/provider/clients/{id}/access", authz.FindClients, p.Clients.ShowAccess),
		get("/provider/clients/{id}/card", authz.FindClients, p.Clients.ShowCard),
		get("/provider/clients/{id}/card/print", authz.FindClients, p.Clients.ShowSheet),
	}
}

func accessTable(p Pages) []route {
	return []route{
		get("/provider/access", authz.ManageStaff, p.Access.ShowList),
		get("/provider/access/new", authz.ManageStaff, p.Access.ShowNew).again(),
		post("/provider/access/new", authz.ManageStaff, p.Access.Add).again(),
		get("/provider/access/{id}", authz.ManageStaff, p.Access.ShowMember),
		get("/provider/access/{id}/name", authz.ManageStaff, p.Access.ShowName),
		post("/provider/access/{id}/name", authz.ManageStaff, p.Access.Rename),
		get("/provider/access/{id}/resend", authz.ManageStaff, p.Access.ShowResend).again(),
		post("/provider/access/{id}/resend", authz.ManageStaff, p.Access.Resend).again(),
		get("/provider/access/{id}/remove", authz.ManageStaff, p.Access.ShowRemove).again(),
		post("/provider/access/{id}/remove", authz.ManageStaff, p.Access.Remove).again(),
	}
}

// accountTable lists the pages of one's own account, below the area of a role.
func accountTable(p Pages, base string, permission authz.Permission) []route {
	return []route{
		get(base, permission, p.Accounts.Show),
		post(base+"/end-others", permission, p.Accounts.EndOthers),
		get(base+"/password", permission, p.Accounts.ShowPassword).again(),
		post(base+"/password", permission, p.Accounts.ChangePassword).again(),
		get(base+"/authenticator", permission, p.Accounts.ShowAuthenticator).again(),
		post(base+"/authenticator", permission, p.Accounts.ConfirmAuthenticator).again(),
	}
}

func officeTable(p Pages) []route {
	return []route{
		get("/ofp", authz.OFPHome, p.OFP.ShowDashboard),
		get("/ofp/jobs", authz.OFPHome, p.OFP.ShowJobs),
		get("/ofp/undeliverable", authz.OFPHome, p.OFP.ShowUndelivered),
		get("/ofp/sites", authz.ManageSites, p.Sites.ShowList),
		get("/ofp/sites/import", authz.ManageSites, p.Sites.ShowUpload).again(),
		post("/ofp/sites/import", authz.ManageSites, p.Sites.Upload).again().withFile(),
		get("/ofp/sites/import/{id}", authz.ManageSites, p.Sites.ShowCheck).again(),
		post("/ofp/sites/import/{id}", authz.ManageSites, p.Sites.Apply).again(),
		post("/ofp/sites/import/{id}/give-up", authz.ManageSites, p.Sites.GiveUp),
		get("/ofp/sites/import/{id}/problems.csv", authz.ManageSites, p.Sites.Problems),
		get("/ofp/sites/{id}", authz.ManageSites, p.Sites.ShowSite),
		get("/ofp/codes", authz.IssueCodes, p.Sites.ShowCodes),
		get("/ofp/codes/launch", authz.IssueCodes, p.Sites.ShowLaunch).again(),
		post("/ofp/codes/launch", authz.IssueCodes, p.Sites.Launch).again(),
		get("/ofp/codes/issue/{id}", authz.IssueCodes, p.Sites.ShowIssue).again(),
		post("/ofp/codes/issue/{id}", authz.IssueCodes, p.Sites.Issue).again(),
	}
}

// trainingTable lists the helpers of the training copy.
func trainingTable(p Pages) []route {
	return []route{
		get("/demo", authz.TrainingHelpers, p.Demos.ShowHome),
		post("/demo/sign-in", authz.TrainingHelpers, p.Demos.SignIn),
		get("/demo/mail", authz.TrainingHelpers, p.Demos.ShowMails),
		get("/demo/mail/{id}", authz.TrainingHelpers, p.Demos.ShowMail),
		get("/demo/clock", authz.TrainingHelpers, p.Demos.ShowClock),
		post("/demo/clock", authz.TrainingHelpers, p.Demos.MoveClock),
		get("/demo/reset", authz.TrainingHelpers, p.Demos.ShowReset),
		post("/demo/reset", authz.TrainingHelpers, p.Demos.Reset),
	}
}
