package web

import "math"

// contrast is the ratio of WCAG 2.2 between two colors.
func contrast(a, b []float64) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func luminance(c []float64) float64 {
	weights := [3]float64{0.2126, 0.7152, 0.0722}
	var sum float64
	for i, v := range c {
		v /= 255
		if v <= 0.03928 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weights[i] * v
	}
	return sum
}
