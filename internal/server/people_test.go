package server_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/acceptance"
	"familypact.example/portal/internal/platform/authz"
)

// settle makes two sites and the people of every role.
func (w *world) settle() {
	w.t.Helper()
	here, there := w.site("2681797371", "T1", "Harbor Test Clinic"), w.site("1234567893", "T2", "Valley Test Clinic")
	w.people = map[who]person{
		asClient:    w.person("client", authz.Client, nil),
		asStaff:     w.person("workforce", authz.Staff, &here),
		asCertifier: w.person("workforce", authz.Certifier, &here),
		asOFP:       w.person("ofp", authz.OFP, nil),
		asDesk:      w.person("desk", authz.Desk, nil),
	}
	w.others = map[who]person{
		asStaff:     w.person("workforce", authz.Staff, &there),
		asCertifier: w.person("workforce", authz.Certifier, &there),
	}
	w.people[asHalf] = w.people[asStaff]
}

func (w *world) site(npi, code, name string) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(`
		INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone,
			enrolled_on, created_at, updated_at)
		VALUES ($1, $2, $3, $4, 'Solo', 'private', '1 Test Street', 'Fresno', '93701', '10', '(555) 555-0100',
			'2020-01-01', portal_now(), portal_now())`, id, npi, code, name)
	return id
}

// agrees notes that somebody has agreed to every text in force.
func (w *world) agrees(account uuid.UUID) {
	w.t.Helper()
	for _, name := range acceptance.Wanted() {
		text, version, _ := strings.Cut(name, " ")
		w.exec(`INSERT INTO acceptance (id, account_id, text, version, accepted_at) VALUES ($1, $2, $3, $4, portal_now())`,
			uuid.Must(uuid.NewV7()), account, text, version)
	}
}

func (w *world) person(kind string, role authz.Role, site *uuid.UUID) person {
	w.t.Helper()
	p := person{account: uuid.Must(uuid.NewV7()), site: site, role: role}
	var count int
	if err := w.super.QueryRow(context.Background(), `SELECT count(*) FROM account`).Scan(&count); err != nil {
		w.t.Fatal(err)
	}
	name, channel := fmt.Sprintf("%s%d", role, count), "email"
	if role.Privileged() {
		channel = "app"
	}
	if kind == "client" {
		w.exec(`
			INSERT INTO account (id, kind, username_key, password_hash, password_set_at, passcode_channel, created_at)
			VALUES ($1, 'client', $2, '-', portal_now(), 'email', portal_now())`, p.account, name)
		return p
	}
	w.exec(`
		INSERT INTO account (id, kind, username, username_key, first_name, last_name, email, email_key, password_hash,
			password_set_at, passcode_channel, created_at)
		VALUES ($1, $2, $3, $3, 'Tess', $3, $3 || '@clinic.example', $3 || '@clinic.example', '-', portal_now(), $4, portal_now())`,
		p.account, kind, name, channel)
	w.agrees(p.account)
	var credential *string
	if role == authz.Certifier {
		text := "MD"
		credential = &text
	}
	w.exec(`
		INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, credential, created_at, joined_at)
		VALUES ($1, $2, $3, $4, 'Tess', $5, $5 || '@clinic.example', $5 || '@clinic.example', $6, portal_now(), portal_now())`,
		uuid.Must(uuid.NewV7()), site, string(role), p.account, name, credential)
	return p
}
