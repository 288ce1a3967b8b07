package account

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestHashAndVerify(t *testing.T) {
	ctx := context.Background()
	h := NewTestHasher()
	long := strings.Repeat("x", 99)
	text, err := h.Hash(ctx, long+"a")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, password string
		want           bool
	}{
		{"right", long + "a", true},
		{"differs in character 100 alone", long + "b", false},
		{"empty", "", false},
	}
	for _, tt := range tests {
		if ok, outdated, err := h.Verify(ctx, text, tt.password); err != nil || ok != tt.want || outdated {
			t.Errorf("%s: ok = %v, outdated = %v, %v; want %v", tt.name, ok, outdated, err, tt.want)
		}
	}
	if again, _ := h.Hash(ctx, long+"a"); again == text {
		t.Error("two hashes of one password are equal: no salt")
	}
}

func TestComposedAndDecomposedAreOnePassword(t *testing.T) {
	ctx := context.Background()
	h := NewTestHasher()
	text, err := h.Hash(ctx, "ñandú camina despacio")
	if err != nil {
		t.Fatal(err)
	}
	if ok, _, _ := h.Verify(ctx, text, "n\u0303andu\u0301 camina despacio"); !ok {
		t.Error("the decomposed form is refused")
	}
}

func TestPepperRotation(t *testing.T) {
	ctx := context.Background()
	key := func(c string) string { return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(c, 32))) }
	before, err := ParsePeppers("1:" + key("a"))
	if err != nil {
		t.Fatal(err)
	}
	after, err := ParsePeppers("# rotated\n1:" + key("a") + "\n2:" + key("b") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	cheap := Params{Memory: 64, Time: 1, Threads: 1}
	first, _ := build(cheap, before)
	second, _ := build(cheap, after)
	text, err := first.Hash(ctx, "grape lantern seven")
	if err != nil {
		t.Fatal(err)
	}
	if ok, outdated, err := second.Verify(ctx, text, "grape lantern seven"); !ok || !outdated || err != nil {
		t.Errorf("after rotation ok = %v, outdated = %v, %v; want true, true", ok, outdated, err)
	}
	renewed, _ := second.Hash(ctx, "grape lantern seven")
	if _, _, err := first.Verify(ctx, renewed, "grape lantern seven"); err == nil {
		t.Error("a hash of a pepper that is not here was checked")
	}
	for _, bad := range []string{"", "x:" + key("a"), "1:short", "1:" + key("a") + "\n1:" + key("b"), "0:" + key("a")} {
		if _, err := ParsePeppers(bad); err == nil {
			t.Errorf("pepper file %q was accepted", bad)
		}
	}
}

func TestStoredCostsAreBounded(t *testing.T) {
	h := NewTestHasher()
	tail := "$" + base64.RawStdEncoding.EncodeToString(make([]byte, 16)) + "$" + base64.RawStdEncoding.EncodeToString(make([]byte, 32))
	for _, params := range []string{
		"m=8388608,t=1,p=1,keyid=1", "m=262145,t=1,p=1,keyid=1", "m=64,t=11,p=1,keyid=1", "m=64,t=1,p=5,keyid=1",
		"m=0,t=1,p=1,keyid=1", "m=64,t=0,p=1,keyid=1", "m=64,t=1,p=0,keyid=1", "m=-1,t=1,p=1,keyid=1", "m=64,t=1,p=1",
	} {
		began := time.Now()
		if _, _, err := h.Verify(context.Background(), "$argon2id$v=19$"+params+tail, "x"); err == nil {
			t.Errorf("%s was computed", params)
		}
		if took := time.Since(began); took > 50*time.Millisecond {
			t.Errorf("%s took %v", params, took)
		}
	}
	if n := h.Count(); n != 0 {
		t.Errorf("%d hashes were computed", n)
	}
}

func TestStartRefusesCheapParameters(t *testing.T) {
	peppers := Peppers{{ID: 1, Key: make([]byte, 32)}}
	for _, p := range []Params{{Memory: 46*1024 - 1, Time: 1, Threads: 1}, {Memory: 19*1024 - 1, Time: 2, Threads: 1}, {Memory: 12*1024 - 1, Time: 3, Threads: 1}, {Memory: 47104, Time: 2}} {
		if _, err := newHasher(p, peppers); err == nil {
			t.Errorf("%+v was accepted", p)
		}
	}
	if _, err := newHasher(standard, peppers); err != nil {
		t.Errorf("the standard was refused: %v", err)
	}
	if _, err := NewHasher(Peppers{{ID: 1, Key: []byte("short")}}); err == nil {
		t.Error("a short pepper was accepted")
	}
}

func TestPlacesAreBounded(t *testing.T) {
	ctx := context.Background()
	h := NewTestHasher()
	h.wait = time.Millisecond
	if h.places.TryAcquire(1 << 20) {
		t.Fatal("there are a million places")
	}
	for h.places.TryAcquire(1) { //nolint:revive // takes every place
	}
	if _, err := h.Hash(ctx, "grape lantern seven"); !errors.Is(err, ErrBusy) {
		t.Errorf("with every place taken: %v, want ErrBusy", err)
	}
	h.places.Release(1)
	if _, err := h.Hash(ctx, "grape lantern seven"); err != nil {
		t.Errorf("with a place free: %v", err)
	}
}
