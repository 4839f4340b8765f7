package views

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTopLine(t *testing.T) {
	many := func(n, times int) []int { return slices.Repeat([]int{n}, times) }
	for _, test := range []struct {
		totals []int
		want   int
		cut    int // how many days
	}{
		{nil, 4, 0},
		{many(0, 30), 4, 0},
		{[]int{1}, 4, 0},
		{[]int{4}, 4, 0},
		{[]int{5}, 6, 0},
		{[]int{6, 0, 0}, 6, 0},
		{[]int{7}, 8, 0},
		{[]int{9}, 10, 0},
		{[]int{11}, 20, 0},
		{[]int{80, 81}, 100, 0},
		{[]int{101}, 200, 0},
		{[]int{401}, 600, 0},
		{[]int{1001}, 2000, 0},
		{[]int{18270}, 20000, 0},
		{append(many(3, 19), 17), 4, 1},           // the picture: q is 3
		{append(many(3, 9), 6), 6, 0},             // 1.5 times 4 is still held
		{append(many(3, 9), 7), 4, 1},             // 7 is not
		{append(many(4, 18), 9, 9), 4, 2},         // one in ten, so both are cut
		{append(many(4, 17), 9, 9, 9), 10, 0},     // more than one in ten: q is 9
		{append(many(1, 5), 100), 100, 0},         // q is the busiest of few
		{append(many(0, 100), 3, 3, 300), 300, 0}, // empty days do not count
		{append(many(10, 20), 15), 20, 0},
		{append(many(10, 20), 16), 10, 1},
	} {
		top := topLine(test.totals)
		cut := 0
		for _, n := range test.totals {
			if n > top {
				cut++
			}
		}
		if top != test.want || cut != test.cut {
			t.Errorf("%v: top line %d, %d cut, want %d and %d", test.totals, top, cut, test.want, test.cut)
		}
	}
}

func TestChartParts(t *testing.T) {
	for _, test := range []struct {
		day  ActivityDay
		top  int
		want string
	}{
		{ActivityDay{}, 4, "none 122+2"},
		{ActivityDay{Changes: 4}, 4, "change 28+96"},
		{ActivityDay{Changes: 1}, 4, "change 100+24"},
		{ActivityDay{Opens: 2, Changes: 1, Refused: 1}, 4, "change 100+24 expose 52+47 denied 28+23"},
		{ActivityDay{Opens: 1, Changes: 1}, 4, "change 100+24 expose 76+23"},
		{ActivityDay{Refused: 1}, 1000, "denied 120+4"},
		{ActivityDay{Opens: 998, Changes: 1, Refused: 1}, 1000, "change 120+4 expose 32+87 denied 28+3"},
		{ActivityDay{Changes: 1, Refused: 1}, 1000, "change 120+4 denied 116+3"},
		{ActivityDay{Opens: 5}, 4, "expose 15+109"},
		{ActivityDay{Opens: 9, Changes: 6, Refused: 2}, 4, "change 86+38 expose 28+57 denied 15+12"},
		{ActivityDay{Opens: 5000, Changes: 1}, 4, "change 120+4 expose 15+104"},
	} {
		var got []string
		for _, part := range chartParts(test.day, test.top) {
			got = append(got, fmt.Sprintf("%s %d+%d", part.kind, part.y, part.height))
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("%+v of %d: %s, want %s", test.day, test.top, text, test.want)
		}
	}
}

// Whatever the numbers: parts in their order, a gap between them, none too low to be
// seen, none over the others, and nothing higher than the drawing.
func TestChartPartsFit(t *testing.T) {
	counts := []int{0, 1, 2, 7, 40, 333, 10000}
	for _, top := range []int{4, 6, 10, 100, 1000, 20000} {
		for _, changes := range counts {
			for _, opens := range counts {
				for _, refused := range counts {
					floor := plotBase + plotGap
					for _, part := range chartParts(ActivityDay{Changes: changes, Opens: opens, Refused: refused}, top) {
						if part.y+part.height+plotGap != floor && part.kind != "none" || part.kind != "none" && part.height < plotPart || part.y < plotRoom-plotRise {
							t.Fatalf("%d %d %d of %d: %+v over %d", changes, opens, refused, top, part, floor)
						}
						floor = part.y
					}
				}
			}
		}
	}
}

func TestLabelled(t *testing.T) {
	for n, want := range map[int]string{
		1: "0", 2: "0 1", 7: "0 2 4 6", 30: "0 7 14 21 29", 90: "0 21 42 63 89", 45: "0 11 22 33 44",
	} {
		var got []string
		for i := range n {
			if labelled(i, n) {
				got = append(got, fmt.Sprint(i))
			}
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%d days: %s, want %s", n, text, want)
		}
	}
}

func TestActivityInWords(t *testing.T) {
	p := activitySample()
	for got, want := range map[string]string{
		p.label():                "Activity by people, last 30 days: 26 changes, 37 values opened, 3 denied or failed. Cut off at the top: 18 Nov with 17.",
		p.opened():               "by 4 people, up 12",
		p.lastRefused():          "last one 3 days ago",
		p.inLog():                "41,882 in the whole log",
		p.Days[1].words():        "24 Oct: nothing",
		p.Days[19].words():       "11 Nov: 1 change, 2 values opened, 1 denied or failed",
		activityOwn().title():    "Your activity, the last 7 days of all time",
		activityOwn().opened():   "",
		activityOwn().inLog():    "1 of yours in all",
		activityOfOne().title():  "Activity of Tomás Vidal, last 30 days",
		activityOfOne().opened(): "down 3",
		ActivityProps{Period: "last 7 days"}.label():                                     "Activity by people, last 7 days: nothing.",
		ActivityProps{Opens: FigureProps{Number: 1, People: 1}, OpensBefore: 1}.opened(): "by 1 person, as many as before",
		entries(1): "1 entry", entries(1000): "1,000 entries", thousands(999): "999", thousands(1234567): "1,234,567",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestHowManyAreShown(t *testing.T) {
	ten := make([]AuditEntryProps, 10)
	grouped := append([]AuditEntryProps{{Times: 96}, {Times: 1}}, ten...)
	for want, p := range map[string]AuditListProps{
		"Showing 10 of 18,270|18,270 entries.": {Entries: ten, Total: 18270, OlderURL: "x"},
		"Showing 60|More than 10 entries.":     {Entries: ten, Total: -1, Before: 50, OlderURL: "x"},
		"Showing 10 of 10|10 entries.":         {Entries: ten, Total: -1},
		"Showing 107 of 107|107 entries.":      {Entries: grouped, Total: -1},
		"Showing 0 of 0|No entries match.":     {},
	} {
		if got := p.shown() + "|" + p.Sums(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
