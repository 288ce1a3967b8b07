package passcode

import (
	"errors"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

func TestReadTolerates(t *testing.T) {
	tests := []struct {
		typed, digits, recovery string
		ok                      bool
	}{
		{"123456", "123456", "", true},
		{" 123 456 ", "123456", "", true},
		{"123-456", "123456", "", true},
		{"123\u2013456", "123456", "", true},
		{"１２３４５６", "123456", "", true},
		{"abcd-efgh-jkmn-pqrs", "", "ABCDEFGHJKMNPQRS", true},
		{"oooo-iiii-llll-0123", "", "0000111111110123", true},
		{"12345", "", "", false},
		{"1234567", "", "", false},
		{"#123456", "", "", false},
		{"12345a", "", "", false},
		{"", "", "", false},
		{"abcd-efgh-jkmn-pqru", "", "", false}, // no U
	}
	for _, tt := range tests {
		got, err := read(tt.typed)
		if (err == nil) != tt.ok || got.digits != tt.digits || got.recovery != tt.recovery {
			t.Errorf("read(%q) = %+v, %v", tt.typed, got, err)
		}
		if err != nil && !errors.Is(err, ErrFormat) {
			t.Errorf("read(%q): %v, want ErrFormat", tt.typed, err)
		}
	}
}

// Steps of RFC 6238, appendix B, with the secret of its test vectors.
func TestStepOf(t *testing.T) {
	const seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	at := time.Unix(1111111109, 0)
	step := at.Unix() / 30
	code := func(shift time.Duration) string {
		c, err := totp.GenerateCode(seed, at.Add(shift))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	tests := []struct {
		name  string
		typed string
		want  int64
	}{
		{"of the RFC", "081804", step},
		{"one step ago", code(-30 * time.Second), step - 1},
		{"one step ahead", code(30 * time.Second), step + 1},
		{"two steps ago", code(-60 * time.Second), 0},
		{"two steps ahead", code(60 * time.Second), 0},
	}
	for _, tt := range tests {
		if got, err := stepOf(seed, tt.typed, at); err != nil || got != tt.want {
			t.Errorf("%s: step %d, %v; want %d", tt.name, got, err, tt.want)
		}
	}
}
