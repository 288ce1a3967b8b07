package chart

import (
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/locale"
)

func TestCeiling(t *testing.T) {
	for most, want := range map[int]int{0: 4, 4: 4, 5: 6, 10: 10, 11: 20, 71: 80, 99: 100, 412: 600} {
		b := Bars{Groups: []Group{{Values: []int{most}}}}
		if got := b.ceiling(); got != want {
			t.Errorf("ceiling of %d = %d, want %d", most, got, want)
		}
	}
}

func TestSmallCountsOfClientsAreHidden(t *testing.T) {
	b := Bars{
		ID: "c", Title: locale.Words("Enrollments"), Message: locale.Words("Most in March."), Head: locale.Words("Month"),
		Series: []locale.Phrase{locale.Words("Enrolled")}, Clients: true,
		Groups: []Group{{locale.Words("Jan"), []int{0}, nil}, {locale.Words("Feb"), []int{7}, nil}, {locale.Words("Mar"), []int{57}, nil}},
	}
	html := render(t, b)
	for _, want := range []string{"fewer than 11", ">57<", ">0<", "&lt; 11", `role="img"`, "Most in March."} {
		if !strings.Contains(html, want) {
			t.Errorf("chart lacks %q", want)
		}
	}
	if strings.Contains(html, ">7<") {
		t.Error("chart tells a count of 7 clients")
	}
	b.Groups[1].Values[0] = 3
	if got := render(t, b); got != html {
		t.Error("the drawing tells 3 clients from 7")
	}
	b.Clients = false
	if !strings.Contains(render(t, b), ">3<") {
		t.Error("a count of other things is hidden")
	}
}

func TestFigureThatIsTheLeast(t *testing.T) {
	html := render(t, Bars{
		ID: "c", Title: locale.Words("Ended"), Message: locale.Words("By code."), Head: locale.Words("Code"), Clients: true,
		Series: []locale.Phrase{locale.Words("Ended")}, Groups: []Group{{locale.Words("01"), []int{3}, []bool{true}}},
	})
	for _, want := range []string{">3+<", "3 or more"} {
		if !strings.Contains(html, want) {
			t.Errorf("chart lacks %q", want)
		}
	}
}

func render(t *testing.T, b Bars) string {
	t.Helper()
	var s strings.Builder
	if err := BarChart(b).Render(t.Context(), &s); err != nil {
		t.Fatal(err)
	}
	return s.String()
}
