package server

import "familypact.example/portal/internal/platform/authz"

// searchTable lists the searches of lists whose words name people: each keeps
// what was typed and goes to its list (security.md 14.4).
func searchTable(p Pages) []route {
	return []route{
		post("/provider/access/search", authz.ManageStaff, p.Access.Search),
		post("/provider/training/search", authz.ManageStaff, p.Training.Search),
		post("/ofp/sites/search", authz.ManageSites, p.Sites.Search),
		post("/ofp/codes/search", authz.IssueCodes, p.Sites.SearchCodes),
		post("/ofp/people/search", authz.ManagePeople, p.People.Search),
		post("/ofp/training/search", authz.ManageTraining, p.Training.SearchOffice),
	}
}
