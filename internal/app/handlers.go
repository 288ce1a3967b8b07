package app

import (
	"context"
	"net/http"
	"time"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/handler/access"
	"familypact.example/portal/internal/handler/clients"
	"familypact.example/portal/internal/handler/demos"
	"familypact.example/portal/internal/handler/enroll"
	"familypact.example/portal/internal/handler/ofp"
	"familypact.example/portal/internal/handler/provider"
	"familypact.example/portal/internal/handler/public"
	"familypact.example/portal/internal/handler/register"
	"familypact.example/portal/internal/handler/signin"
	"familypact.example/portal/internal/handler/sites"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/server"
)

func (a *App) newServer() *server.Server {
	l := limits{a.DB}
	return server.New(server.Config{
		Log: a.log, DB: a.DB, Sessions: a.Sessions, Registry: a.registry,
		Host: a.Config.Host(), Proxies: a.Config.Proxies(), Training: a.Config.Mode == config.Training,
		Closed: a.closed, Limit: l.request, Theme: theme,
		Pages: a.newPages(l),
	})
}

func (a *App) newPages(l limits) server.Pages {
	data := public.Data{DB: a.DB}
	pages := server.Pages{
		Public: public.New(data, data, public.Options{
			Window: a.window, LeaveURL: a.Config.LeaveURL, EndSession: a.endSession,
		}),
		SignIn:   signin.New(a.Sessions, a.Accounts, a.Passcodes, l, sitesOf(a.DB), a.Config.Secure()),
		Register: register.New(a.Codes, a.Sessions),
		Provider: provider.New(a.Applications, a.Clients),
		Enroll:   enroll.New(a.Applications, a.Enrollments, a.Clients),
		Clients: clients.New(clients.Services{
			Records: a.Clients, History: a.Enrollments, Answers: a.Applications, Notes: a.Notes, Cards: a.Documents,
		}),
		Access: access.New(a.Members, a.Codes),
		OFP:    ofp.New(a.Sites, a.Codes, a.Reports),
		Sites:  sites.New(a.Sites, a.Members, a.Codes),
	}
	if a.Demo != nil {
		pages.Demos = demos.New(a.Demo, a.Sessions, a.Config.BaseURL)
	}
	return pages
}

// window reports whether new access codes come by themselves at the time.
func (a *App) window(at time.Time) bool {
	dates, err := setting.Calendar(context.Background(), a.DB)
	return err == nil && dates.Reissues(civil.Of(at))
}

// endSession ends the session of a request that leaves by the quick exit. It
// is best effort: whoever leaves must not be kept by an error.
func (a *App) endSession(_ http.ResponseWriter, r *http.Request) {
	if err := a.Sessions.End(r.Context()); err != nil {
		a.log.WarnContext(r.Context(), "quick exit could not end the session", "error", err)
	}
}

// closed refuses the provider and client areas before go-live (decisions 34).
func (a *App) closed(ctx context.Context, role authz.Role, now time.Time) error {
	if !role.Provider() && role != authz.Client {
		return nil
	}
	dates, err := setting.Calendar(ctx, a.DB)
	if err != nil {
		return err
	}
	if dates.Open(civil.Of(now)) {
		return nil
	}
	return errClosed.With(locale.ClosedProvider.With("Day", locale.Date(ctx, dates.GoLive)))
}

var errClosed = fault.New(fault.Closed, locale.ClosedProvider)

// theme is what the reader chose on their account page, kept in a cookie that
// holds nothing else.
func theme(r *http.Request) string {
	c, err := r.Cookie("t")
	if err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}
