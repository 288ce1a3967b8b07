package server

import (
	"slices"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/access"
	"familypact.example/portal/internal/handler/accounts"
	"familypact.example/portal/internal/handler/apply"
	"familypact.example/portal/internal/handler/clients"
	"familypact.example/portal/internal/handler/contents"
	"familypact.example/portal/internal/handler/demos"
	"familypact.example/portal/internal/handler/desk"
	"familypact.example/portal/internal/handler/enroll"
	"familypact.example/portal/internal/handler/enrollments"
	"familypact.example/portal/internal/handler/inquiries"
	"familypact.example/portal/internal/handler/my"
	"familypact.example/portal/internal/handler/ofp"
	"familypact.example/portal/internal/handler/overrides"
	"familypact.example/portal/internal/handler/people"
	"familypact.example/portal/internal/handler/provider"
	"familypact.example/portal/internal/handler/public"
	"familypact.example/portal/internal/handler/register"
	"familypact.example/portal/internal/handler/registrations"
	"familypact.example/portal/internal/handler/reports"
	"familypact.example/portal/internal/handler/retros"
	"familypact.example/portal/internal/handler/signin"
	"familypact.example/portal/internal/handler/sites"
	"familypact.example/portal/internal/handler/tables"
	"familypact.example/portal/internal/handler/trainings"
	"familypact.example/portal/internal/platform/authz"
)

// Pages are the handlers of every area. Demos is there in a training copy
// only.
type Pages struct {
	Public        *public.Handlers
	SignIn        *signin.Handlers
	Register      *register.Handlers
	Registrations *registrations.Handlers
	Provider      *provider.Handlers
	Enroll        *enroll.Handlers
	Handover      *enroll.Handover
	Papers        *enroll.Papers
	Clients       *clients.Handlers
	MyInbox       *my.Inbox
	Apply         *apply.Handlers
	MyPapers      *my.Papers
	MyLinks       *my.Links
	LinkCodes     *clients.LinkCodes
	Hidden        *clients.Hidden
	Enrollments   *enrollments.Handlers
	Requests      *enrollments.Overrides
	Retros        *retros.Handlers
	Inquiries     *inquiries.Handlers
	Reports       *reports.Handlers
	Access        *access.Handlers
	Accounts      *accounts.Handlers
	LostApps      *access.Authenticators
	Phones        *accounts.Phones // nil without a gateway for text messages
	OFP           *ofp.Handlers
	Contents      *contents.Handlers
	Overrides     *overrides.Handlers
	Sites         *sites.Handlers
	Tables        *tables.Handlers
	People        *people.Handlers
	Desk          *desk.Handlers
	Training      *trainings.Handlers
	My            *my.Handlers
	Demos         *demos.Handlers
}

// route is one line of the table: who may ask for what, and what answers.
type route struct {
	method     string
	path       string
	permission authz.Permission
	fn         handler.Func
	fresh      bool // password and passcode again, within 15 minutes (security.md 5.9)
	file       bool // the form brings a file
	kept       bool // a form that comes after the time limit is kept (security.md 5.5)
	handed     bool // open on a device that is handed to a client (ux.md 5.5)
}

func get(path string, p authz.Permission, fn handler.Func) route {
	return route{method: "GET", path: path, permission: p, fn: fn}
}

func post(path string, p authz.Permission, fn handler.Func) route {
	return route{method: "POST", path: path, permission: p, fn: fn}
}

// again marks a route as one that asks for password and passcode again.
func (rt route) again() route { rt.fresh = true; return rt }

// keeps marks a route as one whose form is kept when it comes after the time
// limit, and shown again at the same address. Its handler must not act before
// the form is in order (form.OK); passwords, codes and files are not for it.
func (rt route) keeps() route { rt.kept = true; return rt }

// forHanded marks a route as one that is open while the device is handed to a
// client; no other is.
func (rt route) forHanded() route { rt.handed = true; return rt }

// withFile marks a route as one whose form brings a file.
func (rt route) withFile() route { rt.file = true; return rt }

// table lists every route of the portal with the permission that opens it.
// Public, sign-in and client routes are served below /es as well.
func table(p Pages) []route {
	return slices.Concat(publicTable(p), careTable(p), signInTable(p), registerTable(p), registrationTable(p),
		providerTable(p), inquiryTable(p), trainingTables(p), enrollTable(p), sentTable(p), handoverTable(p), clientsTable(p), actsTable(p), retroTable(p), accessTable(p), reportTable(p), outageTable(p), incomeTable(p), officeTable(p), peopleTable(p), searchTable(p), linkCodeTable(p), myCardTable(p), myApplicationTable(p),
		phoneTable(p), backTable(p, "/provider/account", authz.ProviderHome), accountTable(p, "/provider/account", authz.ProviderHome), accountTable(p, "/ofp/account", authz.OFPHome),
		deskTable(p), accountTable(p, "/desk/account", authz.DeskHome), myTable(p))
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
		post("/providers/my-code", authz.Open, p.Public.AskMyCode),
		get("/providers/my-code/sent", authz.Open, p.Public.ShowMyCodeSent),
		get("/leave", authz.Open, p.Public.Leave).forHanded(),
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
		post("/sign-in/code/text", authz.HalfSignedIn, p.SignIn.SendText),
		get("/sign-in/authenticator", authz.HalfSignedIn, p.SignIn.ShowAuthenticator),
		post("/sign-in/authenticator", authz.HalfSignedIn, p.SignIn.ConfirmAuthenticator),
		post("/sign-in/authenticator/new", authz.HalfSignedIn, p.SignIn.NewAuthenticator),
		get("/sign-in/authenticator/lost", authz.HalfSignedIn, p.SignIn.ShowLostApp),
		post("/sign-in/authenticator/lost", authz.HalfSignedIn, p.SignIn.SendLostAppCode),
		get("/sign-in/authenticator/lost/code", authz.HalfSignedIn, p.SignIn.ShowLostAppCode),
		post("/sign-in/authenticator/lost/code", authz.HalfSignedIn, p.SignIn.AskNewApp),
		get("/sign-in/authenticator/mailbox", authz.HalfSignedIn, p.SignIn.ShowMailbox),
		post("/sign-in/authenticator/mailbox", authz.HalfSignedIn, p.SignIn.ProveMailbox),
		post("/sign-in/authenticator/mailbox/send", authz.HalfSignedIn, p.SignIn.SendMailbox),
		get("/sign-in/authenticator/cancel", authz.Open, p.SignIn.ShowCancelNewApp),
		post("/sign-in/authenticator/cancel", authz.Open, p.SignIn.CancelNewApp),
		get("/sign-in/not-me", authz.Open, p.SignIn.ShowNotMe),
		post("/sign-in/not-me", authz.Open, p.SignIn.NotMe),
		get("/sign-in/not-me/done", authz.Open, p.SignIn.ShowNotMeDone),
		get("/sign-in/not-me/blocked", authz.Open, p.SignIn.ShowNotMeBlocked),
		get("/sign-in/new-password", authz.Open, p.SignIn.ShowMustChange),
		get("/sign-in/help", authz.Open, p.SignIn.ShowHelp),
		get("/username/forgot", authz.Open, p.SignIn.ShowForgotUsername),
		post("/username/forgot", authz.Open, p.SignIn.ForgotUsername),
		get("/username/sent", authz.Open, p.SignIn.ShowUsernameSent),
		get("/sign-in/terms", authz.SignedIn, p.Accounts.ShowTerms),
		post("/sign-in/terms", authz.SignedIn, p.Accounts.AcceptTerms),
		get("/sign-in/again", authz.SignedIn, p.SignIn.ShowAgain),
		post("/sign-in/again", authz.SignedIn, p.SignIn.Again),
		get("/sign-in/blocked", authz.Open, p.SignIn.ShowBlocked),
		get("/sign-in/disabled", authz.Open, p.SignIn.ShowInactive),
		get("/sign-in/disabled/office", authz.Open, p.SignIn.ShowDisabled),
		post("/sign-out", authz.Open, p.SignIn.SignOut).forHanded(),
		get("/sign-out", authz.Open, p.SignIn.ShowSignedOut).forHanded(),
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
		get("/provider/site", authz.ProviderHome, p.Provider.ShowSite),
		post("/provider/site", authz.ProviderHome, p.Provider.ChooseSite),
		get("/provider/work", authz.FindClients, p.Provider.ShowWork),
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

func inquiryTable(p Pages) []route {
	return []route{
		get("/provider/inquiry", authz.FindClients, p.Inquiries.Show),
		post("/provider/inquiry", authz.FindClients, p.Inquiries.Ask),
		get("/provider/inquiry/batches", authz.FindClients, p.Inquiries.ShowUpload),
		post("/provider/inquiry/batches", authz.FindClients, p.Inquiries.Upload).withFile(),
		get("/provider/inquiry/batches/{id}", authz.FindClients, p.Inquiries.ShowBatch),
		get("/provider/inquiry/batches/{id}/answers.csv", authz.FindClients, p.Inquiries.SaveAnswers),
		get("/provider/inquiry/{id}", authz.FindClients, p.Inquiries.ShowAnswer),
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
		get("/provider/applications/{id}/handover", authz.EnrollClients, p.Handover.ShowStart),
		post("/provider/applications/{id}/handover", authz.EnrollClients, p.Handover.Start),
		get("/provider/applications/{id}/{section}", authz.EnrollClients, p.Enroll.ShowSection),
		post("/provider/applications/{id}/{section}", authz.EnrollClients, p.Enroll.SaveSection).keeps(),
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
		post("/provider/clients/{id}/notes/new", authz.FindClients, p.Clients.AddNote).keeps(),
		get("/provider/clients/{id}/access", authz.FindClients, p.Clients.ShowAccess),
		get("/provider/clients/{id}/card", authz.FindClients, p.Clients.ShowCard),
		post("/provider/clients/{id}/card", authz.FindClients, p.Clients.TakeCard),
		get("/provider/clients/{id}/card/print", authz.FindClients, p.Clients.ShowSheet),
		get("/provider/clients/{id}/documents", authz.FindClients, p.Clients.ShowDocuments),
		get("/provider/clients/{id}/documents/{document}", authz.FindClients, p.Clients.ShowDocument),
		get("/provider/clients/{id}/documents/{document}/print", authz.FindClients, p.Clients.ShowDocumentSheet),
		get("/provider/clients/{id}/documents/{document}/pdf", authz.FindClients, p.Clients.SaveDocument),
		get("/provider/forms", authz.FindClients, p.Clients.ShowForms),
		get("/provider/forms/cec", authz.FindClients, p.Clients.ShowBlankForm),
		get("/provider/forms/cec/pdf", authz.FindClients, p.Clients.SaveBlankForm),
		get("/provider/forms/rec", authz.FindClients, p.Clients.ShowBlankRec),
		get("/provider/forms/rec/pdf", authz.FindClients, p.Clients.SaveBlankRec),
	}
}

func accessTable(p Pages) []route {
	return []route{
		get("/provider/access", authz.ManageStaff, p.Access.ShowList),
		get("/provider/access/new", authz.ManageStaff, p.Access.ShowNew).again(),
		post("/provider/access/new", authz.ManageStaff, p.Access.Add).again().keeps(),
		get("/provider/access/{id}", authz.ManageStaff, p.Access.ShowMember),
		get("/provider/access/{id}/name", authz.ManageStaff, p.Access.ShowName),
		post("/provider/access/{id}/name", authz.ManageStaff, p.Access.Rename).keeps(),
		get("/provider/access/{id}/email", authz.ManageStaff, p.Access.ShowEmail).again(),
		post("/provider/access/{id}/email", authz.ManageStaff, p.Access.CorrectEmail).again().keeps(),
		get("/provider/access/{id}/resend", authz.ManageStaff, p.Access.ShowResend).again(),
		post("/provider/access/{id}/resend", authz.ManageStaff, p.Access.Resend).again(),
		get("/provider/access/{id}/link", authz.ManageStaff, p.Access.ShowLink).again(),
		post("/provider/access/{id}/link", authz.ManageStaff, p.Access.Link).again(),
		get("/provider/access/{id}/remove", authz.ManageStaff, p.Access.ShowRemove).again(),
		post("/provider/access/{id}/remove", authz.ManageStaff, p.Access.Remove).again(),
		get("/provider/access/{id}/authenticator", authz.ManageStaff, p.LostApps.ShowStaff).again(),
		post("/provider/access/{id}/authenticator", authz.ManageStaff, p.LostApps.ConfirmStaff).again(),
	}
}

// phoneTable lists the pages of the number for text messages. OFP and desk use
// the authenticator app alone.
func phoneTable(p Pages) []route {
	if p.Phones == nil {
		return nil
	}
	return slices.Concat(
		phonesAt(p, "/provider/account/phone", authz.ProviderHome),
		phonesAt(p, "/my/account/phone", authz.OwnRecord))
}

func phonesAt(p Pages, base string, permission authz.Permission) []route {
	return []route{
		get(base, permission, p.Phones.Show).again(),
		post(base, permission, p.Phones.Send).again(),
		get(base+"/code", permission, p.Phones.ShowCode).again(),
		post(base+"/code", permission, p.Phones.Confirm).again(),
		post(base+"/usual", permission, p.Phones.ChooseUsual).again(),
		post(base+"/remove", permission, p.Phones.Remove).again(),
	}
}

// accountTable lists the pages of one's own account, below the area of a role.
func accountTable(p Pages, base string, permission authz.Permission) []route {
	return []route{
		get(base, permission, p.Accounts.Show),
		post(base+"/end-others", permission, p.Accounts.EndOthers),
		post(base+"/sessions/{id}/end", permission, p.Accounts.EndOne),
		get(base+"/history", permission, p.Accounts.ShowHistory),
		get(base+"/email", permission, p.Accounts.ShowEmail).again(),
		post(base+"/email", permission, p.Accounts.AskEmail).again(),
		get(base+"/email/code", permission, p.Accounts.ShowEmailCode).again(),
		post(base+"/email/code", permission, p.Accounts.ConfirmEmail).again(),
		post(base+"/email/cancel", permission, p.Accounts.CancelEmail),
		get(base+"/language", permission, p.Accounts.ShowLanguage),
		post(base+"/language", permission, p.Accounts.ChooseLanguage).keeps(),
		get(base+"/password", permission, p.Accounts.ShowPassword).again(),
		post(base+"/password", permission, p.Accounts.ChangePassword).again(),
		get(base+"/authenticator", permission, p.Accounts.ShowAuthenticator).again(),
		post(base+"/authenticator", permission, p.Accounts.ConfirmAuthenticator).again(),
		post(base+"/authenticator/new", permission, p.Accounts.NewAuthenticator).again(),
		get(base+"/recovery-codes", permission, p.Accounts.ShowRecovery).again(),
		post(base+"/recovery-codes", permission, p.Accounts.RenewRecovery).again(),
	}
}

// backTable lists the way back from the authenticator app to mailed codes. OFP
// and desk have none (security.md 2.2).
func backTable(p Pages, base string, permission authz.Permission) []route {
	path := base + "/authenticator/remove"
	return []route{
		get(path, permission, p.Accounts.ShowBack).again(),
		post(path, permission, p.Accounts.Back).again(),
	}
}

// deskTable lists the pages of the service desk: one for each of its three acts,
// and no more (security.md 4.7).
func deskTable(p Pages) []route {
	const account = "/desk/accounts/{id}"
	return []route{
		get("/desk", authz.DeskHome, p.Desk.ShowSearch),
		post("/desk", authz.AssistAccounts, p.Desk.Search),
		get("/desk/results/{result}", authz.AssistAccounts, p.Desk.ShowResults),
		get(account, authz.AssistAccounts, p.Desk.ShowAccount),
		post(account, authz.AssistAccounts, p.Desk.CheckCaller),
		get(account+"/unblock", authz.AssistAccounts, p.Desk.ShowUnblock).again(),
		post(account+"/unblock", authz.AssistAccounts, p.Desk.Unblock).again(),
		get(account+"/reset", authz.AssistAccounts, p.Desk.ShowReset).again(),
		post(account+"/reset", authz.AssistAccounts, p.Desk.Reset).again(),
		get(account+"/enable", authz.AssistAccounts, p.Desk.ShowEnable).again(),
		post(account+"/enable", authz.AssistAccounts, p.Desk.Enable).again(),
		get("/desk/waiting", authz.AssistAccounts, p.Desk.ShowWaiting),
		get("/desk/waiting/{id}", authz.AssistAccounts, p.Desk.ShowRequest).again(),
		post("/desk/waiting/{id}", authz.AssistAccounts, p.Desk.Decide).again(),
		get("/desk/history", authz.AssistAccounts, p.Desk.ShowHistory),
		get("/desk/guide", authz.DeskHome, p.Desk.ShowGuide),
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
		get("/ofp/sites/import/{id}/problems.csv", authz.ManageSites, p.Sites.ShowProblems),
		get("/ofp/sites/{id}", authz.ManageSites, p.Sites.ShowSite),
		get("/ofp/sites/{id}/certifier", authz.ManageSites, p.Sites.ShowCertifier).again(),
		post("/ofp/sites/{id}/certifier", authz.ManageSites, p.Sites.ChangeCertifier).again(),
		get("/ofp/sites/{id}/certifier/end", authz.ManageSites, p.Sites.ShowEndCertifier).again(),
		post("/ofp/sites/{id}/certifier/end", authz.ManageSites, p.Sites.EndCertifier).again(),
		get("/ofp/sites/{id}/approval", authz.ManageSites, p.Sites.ShowApproval).again(),
		post("/ofp/sites/{id}/approval", authz.ManageSites, p.Sites.RecordApproval).again(),
		get("/ofp/sites/{id}/approval/end", authz.ManageSites, p.Sites.ShowEndApproval).again(),
		post("/ofp/sites/{id}/approval/end", authz.ManageSites, p.Sites.EndApproval).again(),
		get("/ofp/sites/{id}/status", authz.ManageSites, p.Sites.ShowStatus).again(),
		post("/ofp/sites/{id}/status", authz.ManageSites, p.Sites.SetStatus).again(),
		get("/ofp/people/{id}/authenticator", authz.ManagePeople, p.LostApps.ShowOffice).again(),
		post("/ofp/people/{id}/authenticator", authz.ManagePeople, p.LostApps.ConfirmOffice).again(),
		get("/ofp/codes", authz.IssueCodes, p.Sites.ShowCodes),
		get("/ofp/codes/launch", authz.IssueCodes, p.Sites.ShowLaunch).again(),
		post("/ofp/codes/launch", authz.IssueCodes, p.Sites.Launch).again(),
		post("/ofp/codes/selection", authz.IssueCodes, p.Sites.Choose),
		get("/ofp/codes/selection/{id}", authz.IssueCodes, p.Sites.ShowSelection).again(),
		post("/ofp/codes/selection/{id}", authz.IssueCodes, p.Sites.StartSelection).again(),
		get("/ofp/codes/selection/{id}/list.csv", authz.IssueCodes, p.Sites.ShowChosen).again(),
		get("/ofp/codes/export", authz.IssueCodes, p.Sites.ShowExport).again(),
		post("/ofp/codes/export", authz.IssueCodes, p.Sites.Export).again(),
		get("/ofp/codes/issue/{id}", authz.IssueCodes, p.Sites.ShowIssue).again(),
		post("/ofp/codes/issue/{id}", authz.IssueCodes, p.Sites.Issue).again().keeps(),
	}
}

// trainingTables lists the pages about the training of people at the sites.
func trainingTables(p Pages) []route {
	return []route{
		get("/provider/training", authz.ProviderHome, p.Training.ShowBoard),
		get("/provider/training/training.csv", authz.ManageStaff, p.Training.Export).again(),
		get("/provider/training/record", authz.ManageStaff, p.Training.ShowRecord),
		post("/provider/training/record", authz.ManageStaff, p.Training.Record).keeps(),
		get("/provider/training/people/{id}", authz.ManageStaff, p.Training.ShowPerson),
		post("/provider/training/people/{id}", authz.ManageStaff, p.Training.SetTrack),
		get("/provider/training/completions/{id}", authz.ManageStaff, p.Training.ShowCorrect),
		post("/provider/training/completions/{id}", authz.ManageStaff, p.Training.Correct),
		get("/ofp/settings", authz.ManageSettings, p.OFP.ShowSettings),
		get("/ofp/settings/{name}", authz.ManageSettings, p.OFP.ShowSetting).again(),
		post("/ofp/settings/{name}", authz.ManageSettings, p.OFP.ChangeSetting).again(),
		get("/ofp/training", authz.ManageTraining, p.Training.ShowOffice),
		get("/ofp/training/rules", authz.ManageTraining, p.Training.ShowRules).again(),
		post("/ofp/training/rules", authz.ManageTraining, p.Training.SetRules).again(),
		get("/ofp/training/courses/new", authz.ManageTraining, p.Training.ShowNew),
		post("/ofp/training/courses/new", authz.ManageTraining, p.Training.Add).keeps(),
		get("/ofp/training/courses/{id}", authz.ManageTraining, p.Training.ShowCourse),
		post("/ofp/training/courses/{id}", authz.ManageTraining, p.Training.Change).keeps(),
		get("/ofp/training/import", authz.ManageTraining, p.Training.ShowUpload).again(),
		post("/ofp/training/import", authz.ManageTraining, p.Training.Upload).again().withFile(),
		get("/ofp/training/import/{id}", authz.ManageTraining, p.Training.ShowCheck).again(),
		post("/ofp/training/import/{id}", authz.ManageTraining, p.Training.Apply).again(),
		post("/ofp/training/import/{id}/give-up", authz.ManageTraining, p.Training.GiveUp),
		get("/ofp/training/import/{id}/problems.csv", authz.ManageTraining, p.Training.ShowProblems),
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
