package app

import (
	"net/http"

	"familypact.example/portal/internal/config"
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
	"familypact.example/portal/internal/server"
)

func (a *App) newServer() *server.Server {
	l, dates := limits{a.DB}, &opening{db: a.DB}
	return server.New(server.Config{
		Log: a.log, DB: a.DB, Sessions: a.Sessions, Registry: a.registry,
		Host: a.Config.Host(), Proxies: a.Config.Proxies(), Training: a.Config.Mode == config.Training,
		Closed: dates.closed, Limit: l.request, Theme: theme, Kept: a.Kept,
		Pages: a.newPages(l, dates),
	})
}

func (a *App) newPages(l limits, dates *opening) server.Pages {
	data := public.Data{DB: a.DB}
	pages := server.Pages{
		Public: public.New(data, data, public.Options{
			Dates: dates.calendar, Ask: a.Codes.AskWhere, Announced: a.Outages.Announced, Clinics: data.Clinics, Online: true, LeaveURL: a.Config.LeaveURL, EndSession: a.endSession,
		}),
		SignIn:        signin.New(a.Sessions, a.Accounts, a.Passcodes, a.Resets, l, sitesOf(a.DB), a.Config.Secure()),
		Register:      register.New(a.Setups, a.Sessions),
		Registrations: registrations.New(a.Registrations, a.Sessions, l),
		Provider:      provider.New(a.Applications, a.Monthly, a.Clients, a.Members, a.Sessions),
		Enroll:        enroll.New(a.Applications, a.Enrollments, a.Clients),
		Apply:         apply.New(a.Applications, data.Clinics),
		Handover:      enroll.NewHandover(a.Applications, a.Sessions, enroll.Staff{Accounts: a.Accounts, Passcodes: a.Passcodes, Limit: l.SignIn}),
		Clients: clients.New(clients.Services{
			Records: a.Clients, History: a.Enrollments, Answers: a.Applications, Notes: a.Notes, Cards: a.Documents, Documents: a.Documents,
		}),
		MyInbox:     my.NewInbox(a.Inbox),
		MyPapers:    my.NewPapers(a.Documents, a.Enrollments),
		MyLinks:     my.NewLinks(a.LinkCodes),
		LinkCodes:   clients.NewLinkCodes(a.LinkCodes, a.Config.BaseURL),
		Hidden:      clients.NewHidden(a.Clients, a.Reveals),
		Enrollments: enrollments.New(a.Enrollments, a.Applications),
		Retros:      retros.New(a.Retros),
		Inquiries:   inquiries.New(a.Inquiries),
		Reports:     reports.New(a.Monthly),
		Access:      access.New(a.Members, a.Codes),
		LostApps:    access.NewAuthenticators(a.Members, a.Accounts, a.Resets),
		Accounts: accounts.New(accounts.Services{
			Sessions: a.Sessions, Accounts: a.Accounts, Passcodes: a.Passcodes, Contacts: a.Contacts, Profiles: a.Profiles, Terms: a.Terms, Texts: a.Passcodes.Texts(),
		}),
		Papers:    enroll.NewPapers(a.Applications, a.Clients),
		Requests:  enrollments.NewOverrides(a.Overrides),
		Contents:  contents.New(a.Outages),
		Overrides: overrides.New(a.Overrides),
		OFP:       ofp.New(a.Reports, a.Settings),
		Sites:     sites.New(a.Sites, a.Members, a.Codes, a.Reports),
		Tables:    tables.New(a.IncomeTables),
		Training:  trainings.New(a.Trainings),
		People:    people.New(a.Office, a.Accounts),
		Desk:      desk.New(a.Desk, a.Desk),
		My:        my.New(a.Own, a.Sessions.End),
	}
	if a.Passcodes.Texts() {
		pages.Phones = accounts.NewPhones(a.Passcodes, l.PasscodeMail, a.Sessions.End)
	}
	if a.Demo != nil {
		pages.Demos = demos.New(a.Demo, a.Sessions, a.Config.BaseURL)
	}
	return pages
}

// endSession ends the session of a request that leaves by the quick exit. It
// is best effort: whoever leaves must not be kept by an error.
func (a *App) endSession(_ http.ResponseWriter, r *http.Request) {
	if err := a.Sessions.End(r.Context()); err != nil {
		a.log.WarnContext(r.Context(), "quick exit could not end the session", "error", err)
	}
}

// theme is what the reader chose on their account page, kept in a cookie that
// holds nothing else.
func theme(r *http.Request) string {
	c, err := r.Cookie("t")
	if err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}
