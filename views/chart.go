package views

import (
	"slices"
	"strings"
)

// The heights of the activity chart, in pixels. Above the plot is room for what
// rises over its top line, and for the number on it.
const (
	plotHeight = 96
	plotRise   = 13
	plotRoom   = 28
	plotBase   = plotRoom + plotHeight
	plotStub   = 2 // of an empty day
	plotGap    = 1
	plotPart   = 3 // no part is lower
)

// topLine is the number at the chart's top line: the smallest step that holds nine
// days in ten, or all of them if the busiest is not far above. Days with more are
// cut off there.
func topLine(totals []int) int {
	busy := slices.DeleteFunc(slices.Clone(totals), func(n int) bool { return n == 0 })
	if len(busy) == 0 {
		return chartStep(0)
	}
	slices.Sort(busy)
	most := busy[len(busy)-1]
	top := chartStep(busy[(9*len(busy)+9)/10-1])
	if 2*most <= 3*top {
		return chartStep(most)
	}
	return top
}

// chartStep is the smallest of 4 6 8 10 20 30 40 60 80 100 200 … that is at least n.
func chartStep(n int) int {
	for _, s := range []int{4, 6, 8} {
		if n <= s {
			return s
		}
	}
	for ten := 10; ; ten *= 10 {
		for _, s := range []int{1, 2, 3, 4, 6, 8} {
			if n <= s*ten {
				return s * ten
			}
		}
	}
}

// chartPart is a part of a day's bar: y is where it begins, from the top of the
// drawing.
type chartPart struct {
	kind      string
	y, height int
}

// chartParts draws a day, from below. Where the bar is cut, its height says nothing,
// and its parts are shares of it.
func chartParts(day ActivityDay, top int) []chartPart {
	var kinds []string
	var counts []int
	for _, part := range []struct {
		kind string
		n    int
	}{{"change", day.Changes}, {"expose", day.Opens}, {"denied", day.Refused}} {
		if part.n > 0 {
			kinds, counts = append(kinds, part.kind), append(counts, part.n)
		}
	}
	total := day.total()
	height := plotHeight + plotRise
	switch {
	case total == 0:
		return []chartPart{{"none", plotBase - plotStub, plotStub}}
	case total <= top:
		height = (2*total*plotHeight + top) / (2 * top)
	}
	parts, y := make([]chartPart, len(kinds)), plotBase
	for i, h := range share(height, counts) {
		gap := plotGap
		if i == 0 {
			gap = 0
		}
		parts[i] = chartPart{kinds[i], y - h, h - gap}
		y -= h
	}
	return parts
}

// share divides a height by counts. What the smallest parts get on top so that they
// can be seen, with the gap below them, the largest does without.
func share(height int, counts []int) []int {
	total := 0
	for _, n := range counts {
		total += n
	}
	most := slices.Index(counts, slices.Max(counts))
	parts, rest := make([]int, len(counts)), height
	for i, n := range counts {
		if i != most {
			parts[i] = max(plotPart+plotGap, (2*n*height+total)/(2*total))
			rest -= parts[i]
		}
	}
	parts[most] = max(plotPart+plotGap, rest)
	return parts
}

// labelled tells whether the day at place i of n carries its date on the axis: about
// every fourth part, and the last one, with room between.
func labelled(i, n int) bool {
	every := max(1, (7*n+15)/30)
	return i == n-1 || i%every == 0 && 10*(n-1-i) >= 7*every
}

func (d ActivityDay) total() int { return d.Opens + d.Changes + d.Refused }

// words is the day in one line.
func (d ActivityDay) words() string {
	if d.total() == 0 {
		return d.date() + ": nothing"
	}
	return d.date() + ": " + sums(d.Changes, d.Opens, d.Refused)
}

func (d ActivityDay) date() string { return d.Day.Format("2 Jan") }

// sums says what there was, of three kinds.
func sums(changes, opens, refused int) string {
	var said []string
	if changes > 0 {
		said = append(said, count(changes, "change"))
	}
	if opens > 0 {
		said = append(said, count(opens, "value")+" opened")
	}
	if refused > 0 {
		said = append(said, thousands(refused)+" denied or failed")
	}
	return strings.Join(said, ", ")
}

// scale is the top line of a chart's days.
func (p ActivityProps) scale() int {
	totals := make([]int, len(p.Days))
	for i, day := range p.Days {
		totals[i] = day.total()
	}
	return topLine(totals)
}

// busiest is the day with most entries, the last of several.
func (p ActivityProps) busiest() ActivityDay {
	var busiest ActivityDay
	for _, day := range p.Days {
		if day.total() >= busiest.total() {
			busiest = day
		}
	}
	return busiest
}

// label is the whole chart in words: sums, and the days whose bars do not show them.
func (p ActivityProps) label() string {
	var all ActivityDay
	var cut []string
	for _, day := range p.Days {
		all.Opens, all.Changes, all.Refused = all.Opens+day.Opens, all.Changes+day.Changes, all.Refused+day.Refused
		if day.total() > p.scale() {
			cut = append(cut, day.date()+" with "+thousands(day.total()))
		}
	}
	text := p.title() + ": nothing."
	if all.total() > 0 {
		text = p.title() + ": " + sums(all.Changes, all.Opens, all.Refused) + "."
	}
	if cut != nil {
		text += " Cut off at the top: " + strings.Join(cut, ", ") + "."
	}
	return text
}
