package card

import (
	"regexp"
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/locale"
)

const number = "95000012A36013"

func TestGroups(t *testing.T) {
	for in, want := range map[string]string{
		number:         "9500 0012 A3 6013",
		"900000000174": "9000 0000 0174",
		"12345":        "1234 5",
		"1234":         "1234",
		"":             "",
	} {
		if got := Groups(in); got != want {
			t.Errorf("Groups(%q) = %q, want %q", in, got, want)
		}
	}
}

// A module is at least 0.33 mm wide when printed, quiet zones included.
func TestModulesAreWideEnough(t *testing.T) {
	q, err := qrCode(number)
	if err != nil {
		t.Fatal(err)
	}
	if width := 24.0 / float64(q.width); width < 0.33 {
		t.Errorf("QR module %.2f mm", width)
	}
	b, err := bars(number)
	if err != nil {
		t.Fatal(err)
	}
	if width := (85.6 - 8) / float64(b.width); width < 0.33 {
		t.Errorf("bar %.2f mm of %d modules", width, b.width)
	}
}

// The quiet zone is empty and the finder in the corner is where it should be.
func TestQuietZone(t *testing.T) {
	q, err := qrCode(number)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(q.path, "M4 4h7v1h-7z") {
		t.Errorf("path begins %.30s, want the finder at 4 4", q.path)
	}
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h`).FindAllStringSubmatch(q.path, -1) {
		if m[1] < "4" && len(m[1]) == 1 || m[2] < "4" && len(m[2]) == 1 {
			t.Errorf("module at %s %s inside the quiet zone", m[1], m[2])
		}
	}
}

func TestFront(t *testing.T) {
	full := Card{Name: "Sample Client", Number: number, Period: locale.Words("01/13/2025 – 01/12/2026"), Issued: locale.Words("01/13/2025")}
	plain, off := full, full
	plain.Plain, plain.Period = true, nil
	off.Inactive = true
	tests := []struct {
		name      string
		card      Card
		want, not []string
	}{
		{"full", full, []string{"Health Access Programs", "9500 0012 A3 6013", "01/12/2026"}, []string{"NOT ACTIVE"}},
		{"plain", plain, []string{"Identification", "9500 0012 A3 6013"}, []string{"Health", "HAP", "01/12/2026"}},
		{"not active", off, []string{"NOT ACTIVE"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := Front(tt.card).Render(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			for _, s := range tt.want {
				if !strings.Contains(b.String(), s) {
					t.Errorf("card lacks %q", s)
				}
			}
			text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(b.String(), " ")
			for _, s := range tt.not {
				if strings.Contains(text, s) {
					t.Errorf("card shows %q", s)
				}
			}
			if strings.Contains(b.String(), "style=") {
				t.Error("card has a style attribute")
			}
		})
	}
}
