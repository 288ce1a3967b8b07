package server

import (
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/web/page/applypage"
)

// myApplicationTable lists the application that clients fill in alone.
func myApplicationTable(p Pages) []route {
	return []route{
		get(applypage.Base, authz.OwnRecord, p.Apply.ShowHome),
		post(applypage.Base, authz.OwnRecord, p.Apply.Start),
		get(applypage.Base+"/check", authz.OwnRecord, p.Apply.ShowCheck),
		get(applypage.Base+"/sign", authz.OwnRecord, p.Apply.ShowSign),
		post(applypage.Base+"/sign", authz.OwnRecord, p.Apply.Sign),
		get(applypage.Sent, authz.OwnRecord, p.Apply.ShowSent),
		get(applypage.Base+"/delete", authz.OwnRecord, p.Apply.ShowDelete),
		post(applypage.Base+"/delete", authz.OwnRecord, p.Apply.Delete),
		get(applypage.Base+"/{question}", authz.OwnRecord, p.Apply.ShowQuestion),
		post(applypage.Base+"/{question}", authz.OwnRecord, p.Apply.Answer).keeps(),
		get(applypage.FinishBase, authz.OwnRecord, p.Apply.ShowFinish),
		post(applypage.FinishBase, authz.OwnRecord, p.Apply.Finish),
	}
}
