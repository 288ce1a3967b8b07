package server

import (
	"familypact.example/portal/internal/handler/people"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/web/page/peoplepage"
)

// peopleTable lists the pages of OFP about who works with the portal.
func peopleTable(p Pages) []route {
	routes := []route{
		get("/ofp/people", authz.ManagePeople, p.People.ShowList),
		get("/ofp/people/new", authz.ManagePeople, p.People.ShowInvite).again(),
		post("/ofp/people/new", authz.ManagePeople, p.People.Invite).again().keeps(),
		get("/ofp/people/requests", authz.ManagePeople, p.People.ShowRequests),
		get("/ofp/people/requests/{id}", authz.ManagePeople, p.People.ShowRequest).again(),
		post("/ofp/people/requests/{id}", authz.ManagePeople, p.People.Decide).again(),
		get("/ofp/people/places/{id}", authz.ManagePeople, p.People.ShowEndAccess).again(),
		post("/ofp/people/places/{id}", authz.ManagePeople, p.People.EndAccess).again(),
		get("/ofp/people/{id}", authz.ManagePeople, p.People.ShowPerson),
	}
	for _, act := range people.Acts {
		path := peoplepage.Home + "/{id}/" + string(act)
		routes = append(routes,
			get(path, authz.ManagePeople, p.People.ShowAct(act)).again(),
			post(path, authz.ManagePeople, p.People.Act(act)).again())
	}
	return routes
}
