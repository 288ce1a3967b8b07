package server

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/enroll"
	"familypact.example/portal/internal/platform/authz"
)

// handoverTable lists the client's pages on a device that staff have handed
// over. They are the account's that signed in, and open for one application.
func handoverTable(p Pages) []route {
	const base = enroll.HandoverBase
	routes := []route{
		get(base, authz.EnrollClients, p.Handover.ShowWelcome),
		get(base+"/question/{question}", authz.EnrollClients, p.Handover.ShowQuestion),
		post(base+"/question/{question}", authz.EnrollClients, p.Handover.Answer),
		get(base+"/check", authz.EnrollClients, p.Handover.ShowCheck),
		get(base+"/sign", authz.EnrollClients, p.Handover.ShowSign),
		post(base+"/sign", authz.EnrollClients, p.Handover.Sign),
		get(base+"/done", authz.EnrollClients, p.Handover.ShowDone),
		get(base+"/return", authz.EnrollClients, p.Handover.ShowReturn),
		post(base+"/return", authz.EnrollClients, p.Handover.TakeBack),
		get(base+"/rest", authz.EnrollClients, p.Handover.ShowRest),
		post(base+"/rest", authz.EnrollClients, p.Handover.GoOn),
		post(base+"/here", authz.EnrollClients, p.Handover.Here),
		post(base+"/cover", authz.EnrollClients, p.Handover.Cover),
	}
	for i := range routes {
		routes[i] = routes[i].forHanded()
	}
	return routes
}

// handBack leads from everything that is not the client's to the page of the
// handing over, in the language of the page.
func handBack(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, handler.Path(r.Context(), enroll.HandoverBase), http.StatusSeeOther)
}
