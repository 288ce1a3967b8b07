package server

import "familypact.example/portal/internal/platform/authz"

// myCardTable lists what clients see of their record: messages, card, history,
// documents, and joining a record that a clinic made (ux.md 3.3).
func myCardTable(p Pages) []route {
	return []route{
		get("/my/messages", authz.OwnRecord, p.MyInbox.ShowList),
		get("/my/messages/{id}", authz.OwnRecord, p.MyInbox.Show),
		get("/my/card", authz.OwnRecord, p.MyPapers.ShowCard),
		get("/my/card/print", authz.OwnRecord, p.MyPapers.ShowSheet),
		get("/my/card.pdf", authz.OwnRecord, p.MyPapers.SaveCard),
		get("/my/history", authz.OwnRecord, p.MyPapers.ShowHistory),
		get("/my/documents", authz.OwnRecord, p.MyPapers.ShowDocuments),
		get("/my/documents/{id}", authz.OwnRecord, p.MyPapers.ShowDocument),
		get("/my/documents/{id}/pdf", authz.OwnRecord, p.MyPapers.SaveDocument),
		get("/my/link", authz.OwnRecord, p.MyLinks.Show),
		post("/my/link", authz.OwnRecord, p.MyLinks.Join),
	}
}
