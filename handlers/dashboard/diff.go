package dashboard

import (
	"fmt"
	"strings"
	"unicode/utf8"

	udiff "github.com/aymanbagabas/go-udiff"

	"hooksafe/views"
)

// What the difference between two scripts shows at most.
const (
	contextLines = 3
	maxDiffLines = 1000
	maxDiffText  = 400 // of one line, in bytes
)

// difference is how a script differs from an older one.
func difference(old, script string) (views.DiffProps, error) {
	unified, err := udiff.ToUnifiedDiff("", "", old, udiff.Lines(old, script), contextLines)
	if err != nil {
		return views.DiffProps{}, fmt.Errorf("compare scripts: %w", err)
	}
	d := diff{showCR: hasOtherEnds(old) || hasOtherEnds(script) || strings.Contains(old, "\r") != strings.Contains(script, "\r")}
	for _, hunk := range unified.Hunks {
		d.from(hunk.FromLine)
		for _, line := range hunk.Lines {
			d.add(line.Kind, line.Content)
		}
	}
	return d.DiffProps, nil
}

// hasOtherEnds tells whether lines end in anything but CRLF where there is a CR.
func hasOtherEnds(script string) bool {
	rest := strings.ReplaceAll(script, "\r\n", "")
	return strings.ContainsAny(rest, "\r") || rest != script && strings.Contains(rest, "\n")
}

// diff is the difference while it is drawn: the next line of each script.
type diff struct {
	views.DiffProps
	old, new int
	showCR   bool
}

// from begins a part at a line of the old script; what both have in common before
// it is left out.
func (d *diff) from(line int) {
	if d.old == 0 {
		d.old, d.new = 1, 1
	}
	if line > d.old {
		d.keep(views.DiffLine{Kind: views.DiffGap})
	}
	d.old, d.new = line, d.new+line-d.old
}

func (d *diff) add(kind udiff.OpKind, content string) {
	line := views.DiffLine{Kind: views.DiffSame, Old: d.old, New: d.new, NoEnd: !strings.HasSuffix(content, "\n")}
	line.Text, line.Cut = d.text(content)
	switch kind {
	case udiff.Delete:
		line.Kind, line.New = views.DiffRemoved, 0
		d.old++
	case udiff.Insert:
		line.Kind, line.Old = views.DiffAdded, 0
		d.new++
	default:
		d.old++
		d.new++
	}
	d.keep(line)
}

func (d *diff) keep(line views.DiffLine) {
	switch {
	case len(d.Lines) < maxDiffLines:
		d.Lines = append(d.Lines, line)
	case line.Kind != views.DiffGap:
		d.More++
	}
}

// text is a line as it is shown, and how many bytes of it are not. A CR is a sign
// where it is not at the end of every line.
func (d *diff) text(content string) (text string, cut int) {
	text = strings.TrimSuffix(content, "\n")
	if d.showCR {
		text = strings.ReplaceAll(text, "\r", "␍")
	} else {
		text = strings.TrimSuffix(text, "\r")
	}
	if len(text) <= maxDiffText {
		return text, 0
	}
	end := maxDiffText
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end], len(text) - end
}
