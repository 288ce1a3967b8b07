package server_test

import "github.com/google/uuid"

// officeThings are what the addresses below /ofp/people name: people of their
// own, since a walk that sends every form disables and removes them.
type officeThings struct {
	account  uuid.UUID // of somebody at a site, signed in
	place    uuid.UUID // membership there
	desk     uuid.UUID // account of a representative
	disabled uuid.UUID // account
	invited  uuid.UUID // membership of the desk without an account
	request  uuid.UUID // to invite somebody
}

// staffing makes what OFP decides about people.
func (w *world) staffing() officeThings {
	w.t.Helper()
	th := officeThings{
		account: w.employee("workforce", "walter"), desk: w.employee("desk", "dora"), disabled: w.employee("workforce", "dan"),
		place: uuid.Must(uuid.NewV7()), invited: uuid.Must(uuid.NewV7()), request: uuid.Must(uuid.NewV7()),
	}
	w.exec(`UPDATE account SET disabled_at = portal_now(), disabled_by = $2, disabled_reason = 'Shared the password' WHERE id = $1`,
		th.disabled, w.people[asOFP].account)
	w.exec(`
		INSERT INTO session (digest, id, account_id, step, created_at, last_seen_at)
		VALUES (uuid_send($1), $1, $2, 'full', portal_now(), portal_now())`, uuid.Must(uuid.NewV7()), th.account)
	w.exec(`
		INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, created_at, joined_at)
		VALUES ($1, $2, 'staff', $3, 'Walter', 'Worker', 'walter@clinic.example', 'walter@clinic.example', portal_now(), portal_now())`,
		th.place, w.people[asStaff].site, th.account)
	w.exec(`
		INSERT INTO membership (id, role, first_name, last_name, email, email_key, created_at)
		VALUES ($1, 'desk', 'Ida', 'Invited', 'ida@desk.example', 'ida@desk.example', portal_now())`, th.invited)
	w.exec(`
		INSERT INTO approval (id, kind, digest, count, reason, asked_at, ends_at)
		VALUES ($1, 'office_invite', 'x', 1, 'New', portal_now(), portal_now() + interval '72 hours')`, th.request)
	w.exec(`
		INSERT INTO office_invitation (approval_id, role, first_name, last_name, email, email_key)
		VALUES ($1, 'desk', 'Rita', 'Asked', 'rita@desk.example', 'rita@desk.example')`, th.request)
	return th
}

func (w *world) employee(kind, name string) uuid.UUID {
	w.t.Helper()
	id, channel := uuid.Must(uuid.NewV7()), "email"
	if kind != "workforce" {
		channel = "app"
	}
	w.exec(`
		INSERT INTO account (id, kind, username, username_key, first_name, last_name, email, email_key, password_hash, password_set_at,
			passcode_channel, created_at)
		VALUES ($1, $2, $3, $3, $3, 'Worker', $3 || '@work.example', $3 || '@work.example', 'x', portal_now(), $4, portal_now())`,
		id, kind, name, channel)
	return id
}
