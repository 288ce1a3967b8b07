package secret_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func master(t *testing.T, letter byte) secret.Master {
	t.Helper()
	m, err := secret.NewMaster(bytes.Repeat([]byte{letter}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSealedValueOpensInItsCellOnly(t *testing.T) {
	t.Parallel()
	ring := secret.NewTestRing()
	row, other := uuid.New(), uuid.New()
	cell := secret.Cell{Table: "client", Column: "last_name", Row: row}
	sealed, err := ring.Seal(cell, "Núñez")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("Núñez")) {
		t.Error("the sealed value holds the plain text")
	}
	if plain, err := ring.Open(cell, sealed); err != nil || plain != "Núñez" {
		t.Errorf("opened %q, %v", plain, err)
	}
	wrong := map[string]secret.Cell{
		"another row":          {Table: "client", Column: "last_name", Row: other},
		"another column":       {Table: "client", Column: "first_name", Row: row},
		"another table":        {Table: "account", Column: "last_name", Row: row},
		"parts moved together": {Table: "clientlast", Column: "_name", Row: row},
	}
	for name, cell := range wrong {
		if plain, err := ring.Open(cell, sealed); !errors.Is(err, secret.ErrSealed) || plain != "" {
			t.Errorf("%s: opened %q, %v; want ErrSealed", name, plain, err)
		}
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	if _, err := ring.Open(cell, changed); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("a changed byte: %v, want ErrSealed", err)
	}
	again, err := ring.Seal(cell, "Núñez")
	if err != nil || bytes.Equal(again, sealed) {
		t.Error("sealing twice gives the same bytes")
	}
}

func TestIndexAndMAC(t *testing.T) {
	t.Parallel()
	ring := secret.NewTestRing()
	index := ring.Index("client.name", "nunez")
	if len(index) != secret.IndexSize || !bytes.Equal(index, ring.Indexes("client.name", "nunez")[0]) {
		t.Errorf("index = %x, indexes = %x", index, ring.Indexes("client.name", "nunez"))
	}
	if bytes.Equal(index, ring.Index("client.phone", "nunez")) || bytes.Equal(index, ring.Index("client.name", "nunes")) {
		t.Error("another purpose or text has the same index")
	}
	mac := ring.MAC("access-code", []byte("K"))
	if !ring.CheckMAC("access-code", []byte("K"), mac) || !bytes.Equal(mac, ring.MACs("access-code", []byte("K"))[0]) {
		t.Error("the digest does not verify")
	}
	for name, ok := range map[string]bool{
		"other data":    ring.CheckMAC("access-code", []byte("L"), mac),
		"other purpose": ring.CheckMAC("reset-code", []byte("K"), mac),
		"audit's key":   ring.CheckMAC("audit", []byte("K"), mac),
		"short":         ring.CheckMAC("access-code", []byte("K"), mac[:20]),
		"none":          ring.CheckMAC("access-code", []byte("K"), nil),
	} {
		if ok {
			t.Errorf("%s: verified", name)
		}
	}
}

func TestReplicasThatStartAtOnceShareTheKeys(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	key := master(t, 'k')
	const replicas = 6
	rings := make([]*secret.Ring, replicas)
	var wg sync.WaitGroup
	for i := range rings {
		wg.Go(func() {
			ring, err := secret.Open(t.Context(), db, key)
			if err != nil {
				t.Errorf("replica %d: %v", i, err)
			}
			rings[i] = ring
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	cell := secret.Cell{Table: "client", Column: "phone", Row: uuid.New()}
	sealed, err := rings[0].Seal(cell, "canary")
	if err != nil {
		t.Fatal(err)
	}
	for i, ring := range rings {
		if plain, err := ring.Open(cell, sealed); err != nil || plain != "canary" {
			t.Errorf("replica %d opens %q, %v", i, plain, err)
		}
		if !bytes.Equal(ring.Index("p", "x"), rings[0].Index("p", "x")) || !ring.CheckMAC("audit-entry", nil, rings[0].MAC("audit-entry", nil)) {
			t.Errorf("replica %d has other keys", i)
		}
	}
	keys, err := secret.Keys(t.Context(), db)
	if err != nil || len(keys) != 4 {
		t.Fatalf("%d keys, %v; want 4", len(keys), err)
	}
	made := keys[0].CreatedAt
	if keys[0].Due(made.Add(secret.KeyLifetime-time.Second)) || !keys[0].Due(made.Add(secret.KeyLifetime)) {
		t.Error("a key is due at the end of its lifetime, not before")
	}
}

func TestOtherMasterKeyOpensNothing(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	if _, err := secret.Open(t.Context(), db, master(t, 'k')); err != nil {
		t.Fatal(err)
	}
	if ring, err := secret.Open(t.Context(), db, master(t, 'l')); !errors.Is(err, secret.ErrMasterKey) || ring != nil {
		t.Errorf("ring %v, %v; want ErrMasterKey", ring, err)
	}
	// A set put in the place of another does not open either.
	if _, err := db.Exec(t.Context(), `UPDATE key_set SET wrapped = (SELECT wrapped FROM key_set WHERE purpose = 'mac') WHERE purpose = 'audit'`); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Open(t.Context(), db, master(t, 'k')); !errors.Is(err, secret.ErrMasterKey) {
		t.Errorf("swapped sets: %v, want ErrMasterKey", err)
	}
}

func TestCreateKeyFileOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	made := make(chan bool, 8)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			ok, err := secret.CreateKeyFile(path)
			if err != nil {
				t.Error(err)
			}
			made <- ok
		})
	}
	wg.Wait()
	close(made)
	count := 0
	for ok := range made {
		if ok {
			count++
		}
	}
	info, err := os.Stat(path)
	if err != nil || count != 1 || info.Mode().Perm() != 0o600 {
		t.Fatalf("made %d times, %v, %v; want once with 0600", count, info, err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, want 1", len(left))
	}
}

func TestTextHides(t *testing.T) {
	t.Parallel()
	const canary = "CANARY"
	text := secret.Text(canary)
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("x", "code", text, "in", struct{ Code secret.Text }{text})
	fmt.Fprintf(&out, "%v %+v %#v %s %q %x %d", text, text, text, text, text, text, text)
	fmt.Fprintf(&out, "%v %+v %#v", struct{ Code secret.Text }{text}, []secret.Text{text}, map[string]secret.Text{"a": text})
	if err := json.NewEncoder(&out).Encode(map[string]secret.Text{"code": text}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), canary) || strings.Contains(out.String(), fmt.Sprintf("%x", canary)) {
		t.Errorf("the value shows in %s", out.String())
	}
	if text.Reveal() != canary {
		t.Errorf("Reveal = %q", text.Reveal())
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	seen := map[secret.Text]bool{}
	for range 1000 {
		code := secret.NewCode()
		if len(code) != secret.CodeLength || seen[code] {
			t.Fatalf("code %q", code.Reveal())
		}
		seen[code] = true
		if typed := secret.FormatCode(code); secret.FoldCode(typed) != code || len(typed) != 29 {
			t.Fatalf("%q does not fold back", typed)
		}
	}
	const plain = "0123456789ABCDEFGHJKMNPQ"
	tests := []struct{ name, typed, want string }{
		{"as mailed", "0123-4567-89AB-CDEF-GHJK-MNPQ", plain},
		{"lower case and spaces", " 0123 4567 89ab cdef ghjk mnpq\n", plain},
		{"letters for digits", "Oi23-4567-89AB-CDEF-GHJK-MNPQ", plain},
		{"l for 1", "ol23-4567-89AB-CDEF-GHJK-MNPQ", plain},
		{"other dashes", "0123–4567—89AB‑CDEF-GHJK-MNPQ", plain},
		{"one short", "0123-4567-89AB-CDEF-GHJK-MNP", ""},
		{"one long", plain + "0", ""},
		{"a letter of no code", "U123-4567-89AB-CDEF-GHJK-MNPQ", ""},
		{"nothing", "", ""},
		{"other script", strings.Repeat("Ж", 24), ""},
	}
	for _, tt := range tests {
		if got := secret.FoldCode(tt.typed).Reveal(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"José-María O'Neill": "josemariaoneill",
		"JOSE MARIA ONEILL":  "josemariaoneill",
		" Nguyễn  Thị ":      "nguyenthi",
		"ﬁrst №1":            "firstno1",
		"(916) 555-0100":     "9165550100",
		"İpek":               "ipek",
		"…":                  "",
	} {
		if got := secret.Canonical(in); got != want {
			t.Errorf("Canonical(%q) = %q, want %q", in, got, want)
		}
	}
	if got := secret.CanonicalEmail(" Ana.Diaz+x@Clinic.Example "); got != "ana.diaz+x@clinic.example" {
		t.Errorf("CanonicalEmail = %q", got)
	}
}

func TestPad(t *testing.T) {
	for _, tt := range []struct {
		text string
		size int
		want int
	}{{"", 9, 9}, {"123456789", 9, 9}, {"1234567890", 9, 18}, {"{}", 8, 8}, {"", 0, 0}, {"x", 0, 1}} {
		got := secret.Pad(tt.text, tt.size)
		if len(got) != tt.want || secret.Unpad(got) != tt.text {
			t.Errorf("Pad(%q, %d) = %q, want %d bytes", tt.text, tt.size, got, tt.want)
		}
	}
}
