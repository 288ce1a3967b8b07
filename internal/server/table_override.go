package server

import "familypact.example/portal/internal/platform/authz"

// outageTable lists the register of outages, the entry of paper forms after
// one, and the requests that an eligibility begin on an earlier day (ux.md 3.4,
// 3.5).
func outageTable(p Pages) []route {
	const (
		outage = "/ofp/outages/{id}"
		queue  = "/ofp/overrides"
		record = "/provider/clients/{id}"
		result = "/provider/enroll/{result}"
	)
	return []route{
		get("/provider/paper", authz.EnrollClients, p.Papers.Show),
		get(result+"/paper", authz.EnrollClients, p.Papers.ShowNew),
		post(result+"/paper", authz.EnrollClients, p.Papers.StartNew),
		get(record+"/paper", authz.EnrollClients, p.Papers.ShowKnown),
		post(record+"/paper", authz.EnrollClients, p.Papers.StartKnown),
		get(record+"/override", authz.EnrollClients, p.Requests.Show),
		post(record+"/override", authz.EnrollClients, p.Requests.Ask),
		get("/provider/work/overrides", authz.EnrollClients, p.Requests.ShowList),

		get("/ofp/outages", authz.ManageOutages, p.Contents.ShowOutages),
		get("/ofp/outages/new", authz.ManageOutages, p.Contents.ShowNewOutage).again(),
		post("/ofp/outages/new", authz.ManageOutages, p.Contents.RegisterOutage).again(),
		get(outage, authz.ManageOutages, p.Contents.ShowOutage),
		get(outage+"/close", authz.ManageOutages, p.Contents.ShowCloseOutage).again(),
		post(outage+"/close", authz.ManageOutages, p.Contents.CloseOutage).again(),
		get(outage+"/call-off", authz.ManageOutages, p.Contents.ShowCallOffOutage).again(),
		post(outage+"/call-off", authz.ManageOutages, p.Contents.CallOffOutage).again(),

		get(queue, authz.DecideOverrides, p.Overrides.ShowQueue),
		get(queue+"/together", authz.DecideOverrides, p.Overrides.ShowTogether).again(),
		post(queue+"/together", authz.DecideOverrides, p.Overrides.ApproveTogether).again(),
		get(queue+"/{id}", authz.DecideOverrides, p.Overrides.Show).again(),
		post(queue+"/{id}", authz.DecideOverrides, p.Overrides.Decide).again(),
	}
}
