package session

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
)

// Names of the values that scs carries. Those of the first group are columns
// of the row and never change in it; the rest is its data.
const (
	keyAccount    = "account"
	keySite       = "site"
	keyStep       = "step"
	keyPending    = "pending"
	keyDevice     = "device"
	keyShared     = "shared"
	keyBegan      = "began"
	keyPasswordAt = "password_at"
	keyPasscodeAt = "passcode_at"

	keyBinding = "binding"
	keyFlash   = "flash"
	keyBack    = "back"
	keyBackFor = "back-for" // whose page that is, when it is to be nobody else's
	keyEnded   = "ended"    // why the session before this one ended
)

var columns = []string{
	keyAccount, keySite, keyStep, keyPending, keyDevice, keyShared, keyBegan, keyPasswordAt, keyPasscodeAt,
}

// farAhead is the deadline that scs is told. Ours are judged by the database.
var farAhead = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// dataOf returns the values that are kept in the row's data.
func dataOf(values map[string]string) map[string]string {
	data := map[string]string{}
	for _, k := range []string{keyBinding, keyFlash, keyBack, keyBackFor, keyEnded} {
		if v := values[k]; v != "" {
			data[k] = v
		}
	}
	for k, v := range values {
		if strings.HasPrefix(k, keyFound) {
			data[k] = v
		}
	}
	return data
}

// difference returns what is new or other in now than before, and the names
// that are gone.
func difference(before, now map[string]string) (put map[string]string, gone []string) {
	put, gone = map[string]string{}, []string{}
	for k, v := range now {
		if old, had := before[k]; !had || old != v {
			put[k] = v
		}
	}
	for k := range before {
		if _, has := now[k]; !has {
			gone = append(gone, k)
		}
	}
	return put, gone
}

// values turns a row into what scs carries.
func (r stored) values() map[string]string {
	v := map[string]string{keyStep: string(r.Step), keyBegan: r.CreatedAt.Format(time.RFC3339Nano)}
	for key, p := range map[string]*uuid.UUID{
		keyAccount: r.AccountID, keySite: r.SiteID, keyPending: r.PendingID, keyDevice: r.DeviceID,
	} {
		if p != nil {
			v[key] = p.String()
		}
	}
	for key, p := range map[string]*time.Time{keyPasswordAt: r.PasswordAt, keyPasscodeAt: r.PasscodeAt} {
		if p != nil {
			v[key] = p.Format(time.RFC3339Nano)
		}
	}
	if r.Shared {
		v[keyShared] = "yes"
	}
	for k, text := range r.Data {
		v[k] = text
	}
	return v
}

func (r stored) state(idle time.Duration) State {
	return State{
		ID: r.ID, Binding: r.Data[keyBinding], Account: value(r.AccountID), Step: r.Step, Kind: r.Kind, Role: r.role(),
		Site: value(r.SiteID), Place: r.place.state(), SiteName: r.SiteName, SiteDetail: r.SiteDetail, Name: r.Name, Sealed: r.Sealed,
		Device: value(r.DeviceID), Shared: r.Shared, Pending: value(r.PendingID),
		PasswordAt: value(r.PasswordAt), PasscodeAt: value(r.PasscodeAt),
		Now: r.Now.UTC(), Idle: idle, Locked: r.LockedAt != nil,
		OwesTerms: r.Step == Full && r.Kind != "client" && !r.Agreed,
		Kept:      Kept{Page: value(r.KeptPath), ID: value(r.KeptID), Sealed: r.KeptBody},
		Handover:  r.handover.state(),
	}
}

// role is what the account acts as: a client as itself, everybody else by the
// membership in force.
func (r stored) role() authz.Role {
	switch {
	case r.Step != Full:
		return authz.Nobody
	case r.Kind == "client":
		return authz.Client
	case r.Role != "":
		return authz.Role(r.Role)
	}
	return authz.Nobody
}

func value[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}

// id returns the id in a value, nil when there is none.
func id(text string) *uuid.UUID {
	u, err := uuid.Parse(text)
	if err != nil || u == uuid.Nil {
		return nil
	}
	return &u
}

func instant(text string) *time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil
	}
	return &t
}

// codec turns scs's values into JSON. Ours are texts without exception.
type codec struct{}

func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	texts := make(map[string]string, len(values))
	for k, v := range values {
		if s, ok := v.(string); ok {
			texts[k] = s
		}
	}
	return json.Marshal(record{Deadline: deadline, Values: texts})
}

func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	var rec record
	if err := json.Unmarshal(b, &rec); err != nil {
		return time.Time{}, nil, err
	}
	values := make(map[string]any, len(rec.Values))
	for k, v := range rec.Values {
		values[k] = v
	}
	return rec.Deadline, values, nil
}
