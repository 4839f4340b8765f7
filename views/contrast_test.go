package views

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Text wants 4.5:1 and what else must be seen 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
// Each line is what stands on what.
const textPairs = `
text: canvas surface raised fill fill-2 hover code select match accent-soft expose-soft danger-soft ok-soft plain
text-2: canvas surface raised fill fill-2 hover code select accent-soft expose-soft danger-soft ok-soft
text-3: canvas surface raised fill fill-2 hover expose-soft plain
accent-text: canvas surface raised fill hover code accent-soft
on-accent: accent accent-hover
expose-text: surface raised fill hover code expose-soft plain
danger-text: surface raised fill hover fill-2 danger-soft
on-danger: danger danger-hover
ok-text: surface raised ok-soft code
digit: surface code plain
symbol: surface code plain
hue-1-text: hue-1
hue-2-text: hue-2
hue-3-text: hue-3
hue-4-text: hue-4
hue-5-text: hue-5`

const shapePairs = `
line-input: surface raised
surface: line-input accent
ring: canvas surface raised fill fill-2 code expose-soft accent-soft
accent: canvas surface raised fill hover accent-soft
expose: surface raised expose-soft
danger: surface raised danger-soft
ok: surface raised ok-soft
text-2: fill-2`

func TestContrast(t *testing.T) {
	css, err := os.ReadFile("../static/src/app.css")
	if err != nil {
		t.Fatal(err)
	}
	for theme, colours := range tokens(t, string(css)) {
		check(t, theme, colours, textPairs, 4.5)
		check(t, theme, colours, shapePairs, 3)
	}
}

func check(t *testing.T, theme string, colours map[string]float64, pairs string, least float64) {
	t.Helper()
	for line := range strings.Lines(strings.TrimSpace(pairs)) {
		front, backs, _ := strings.Cut(strings.TrimSpace(line), ":")
		for back := range strings.FieldsSeq(backs) {
			f, known := colours[front]
			b, alsoKnown := colours[back]
			if !known || !alsoKnown {
				t.Errorf("%s on %s: no such token", front, back)
				continue
			}
			if ratio := (math.Max(f, b) + .05) / (math.Min(f, b) + .05); ratio < least {
				t.Errorf("%s: %s on %s is %.2f:1, want %v:1", theme, front, back, ratio, least)
			}
		}
	}
}

var token = regexp.MustCompile(`--([a-z0-9-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\)`)

// tokens reads the luminance of every colour, light and dark.
func tokens(t *testing.T, css string) map[string]map[string]float64 {
	t.Helper()
	light, dark := map[string]float64{}, map[string]float64{}
	root, _, _ := strings.Cut(css, "/* ---- Elements */")
	for _, m := range token.FindAllStringSubmatch(root, -1) {
		light[m[1]], dark[m[1]] = luminance(m[2]), luminance(m[3])
	}
	return map[string]map[string]float64{"light": light, "dark": dark}
}

// luminance is WCAG's relative luminance of a hexadecimal sRGB colour.
func luminance(hex string) float64 {
	weights := [3]float64{.2126, .7152, .0722}
	sum := 0.
	for i, weight := range weights {
		n, _ := strconv.ParseUint(hex[2*i:2*i+2], 16, 8) // The pattern lets nothing else through.
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
