package suppress

import "testing"

func TestSmall(t *testing.T) {
	for n, want := range map[int]bool{0: false, 1: true, 10: true, 11: false} {
		if Small(n) != want {
			t.Errorf("Small(%d) = %v", n, !want)
		}
	}
}
