//go:build e2e

package e2e

import (
	"cmp"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"hooksafe/e2e/demo"
)

// document is a page as somebody without script gets it.
type document struct {
	title    string
	headings int // of the first level
	links    []string
	forms    []form
	partials []string // what htmx would put into the page
	dead     []string // controls that lead nowhere
}

// form is one form of a page, filled in with what makes sense.
type form struct {
	method, action string
	multipart      bool
	fields         url.Values
	buttons        []*html.Node // that send it
}

// submissions are what the buttons of a form send: one each, and one without any.
func (f form) submissions() []form {
	switch {
	case len(f.buttons) > 0:
	case len(f.fields) > 0:
		return []form{f}
	default:
		return nil // nothing in it sends it
	}
	var all []form
	for _, button := range f.buttons {
		sent := f
		sent.fields = maps.Clone(f.fields)
		if name := attr(button, "name"); name != "" {
			sent.fields.Set(name, attr(button, "value"))
		}
		sent.action = cmp.Or(attr(button, "formaction"), f.action)
		sent.method = cmp.Or(strings.ToUpper(attr(button, "formmethod")), f.method)
		all = append(all, sent)
	}
	return all
}

// parse reads a page. Templates are for the script and no part of it.
func parse(r io.Reader) (document, error) {
	root, err := html.Parse(r)
	if err != nil {
		return document{}, err
	}
	d := reading{ids: map[string]*html.Node{}, labels: map[string]string{}, forms: map[*html.Node]*form{}}
	d.note(root)
	d.read(root, nil)
	for _, node := range d.order {
		d.document.forms = append(d.document.forms, d.forms[node].submissions()...)
	}
	return d.document, nil
}

// reading is a document while it is read.
type reading struct {
	document
	ids    map[string]*html.Node
	labels map[string]string // by the id of the control
	forms  map[*html.Node]*form
	order  []*html.Node
}

// note gathers what other parts refer to.
func (d *reading) note(n *html.Node) {
	if n.Data == "template" {
		return
	}
	if id := attr(n, "id"); id != "" {
		d.ids[id] = n
	}
	if n.Data == "label" && attr(n, "for") != "" {
		d.labels[attr(n, "for")] = textOf(n)
	}
	if n.Data == "form" {
		d.order = append(d.order, n)
		d.forms[n] = &form{
			method: strings.ToUpper(attr(n, "method")), action: attr(n, "action"),
			multipart: attr(n, "enctype") == "multipart/form-data", fields: url.Values{},
		}
	}
	for child := range n.ChildNodes() {
		d.note(child)
	}
}

// read goes through the elements in their order; in is the form around them.
func (d *reading) read(n *html.Node, in *html.Node) {
	if n.Type == html.ElementNode {
		d.scripted(n)
		switch n.Data {
		case "template":
			return
		case "form":
			in = n
		case "title":
			if n.Parent.Data == "head" {
				d.title = textOf(n)
			}
		case "h1":
			d.headings++
		case "a":
			d.link(n)
		case "button":
			d.button(n, d.formOf(n, in))
		case "input", "select", "textarea":
			d.control(n, d.formOf(n, in))
		}
	}
	for child := range n.ChildNodes() {
		d.read(child, in)
	}
}

// scripted notes what a script asks the server for: parts of the page, and values
// for the clipboard.
func (d *reading) scripted(n *html.Node) {
	if url := attr(n, "hx-get"); url != "" {
		d.partials = append(d.partials, url)
	}
	if url := attr(n, "data-copy"); url != "" {
		d.document.forms = append(d.document.forms, form{method: http.MethodPost, action: url})
	}
}

// formOf is the form that a control belongs to.
func (d *reading) formOf(n, around *html.Node) *form {
	if id := attr(n, "form"); id != "" {
		around = d.ids[id]
	}
	return d.forms[around]
}

func (d *reading) link(n *html.Node) {
	href := attr(n, "href")
	fragment, inPage := strings.CutPrefix(href, "#")
	switch {
	case href == "" && attr(n, "aria-disabled") != "true", inPage && d.ids[fragment] == nil:
		d.doesNothing(n)
	case href != "" && !inPage:
		d.links = append(d.links, href)
	}
}

// button is one that submits a form, or opens what the browser opens by itself.
// Those that only a script can serve are not drawn without one.
func (d *reading) button(n *html.Node, in *form) {
	opens := d.ids[attr(n, "popovertarget")]
	switch {
	case onlyScript(n), opens != nil && has(opens, "popover"):
	case attr(n, "type") == "button" || in == nil:
		d.doesNothing(n)
	default:
		in.buttons = append(in.buttons, n)
	}
}

// control is a field: it belongs to a form, and is filled in.
func (d *reading) control(n *html.Node, in *form) {
	name, kind := attr(n, "name"), attr(n, "type")
	if in == nil {
		if !onlyScript(n) && !has(n, "readonly") {
			d.doesNothing(n)
		}
		return
	}
	if name == "" || has(n, "disabled") || kind == "file" {
		return
	}
	switch {
	case n.Data == "select":
		in.fields.Add(name, chosen(n))
	case kind == "checkbox" && !has(n, "checked") && !in.wantsTick(name):
	case kind == "radio" && !has(n, "checked") && in.fields.Has(name):
	case kind == "radio":
		in.fields.Set(name, attr(n, "value"))
	default:
		in.fields.Add(name, d.sensible(n, in.method))
	}
}

// wantsTick tells whether nothing is ticked yet of several boxes of which one has to be.
func (f *form) wantsTick(name string) bool {
	return strings.HasPrefix(name, "item-") && !slices.ContainsFunc(slices.Collect(maps.Keys(f.fields)), func(other string) bool {
		return strings.HasPrefix(other, "item-")
	})
}

var confirmation = regexp.MustCompile(`^Type (.+) to confirm$`)

// sensible is what somebody would type into a field who reads its label, and fills
// in what is asked for and no more.
func (d *reading) sensible(n *html.Node, method string) string {
	stored := attr(n, "value")
	if n.Data == "textarea" {
		stored = textIn(n)
	}
	asked := confirmation.FindStringSubmatch(d.labels[attr(n, "id")])
	switch kind := attr(n, "type"); {
	case asked != nil:
		return asked[1]
	case kind == "checkbox" && stored == "":
		return "on"
	case stored != "" || kind == "hidden":
		return stored
	case kind == "password" && attr(n, "autocomplete") == "new-password":
		return newPassword
	case kind == "password":
		return demo.Password
	case kind == "date":
		return demoEnd.AddDate(0, 0, -3).Format("2006-01-02")
	case attr(n, "inputmode") == "email" && attr(n, "autocomplete") == "username":
		return demo.With("owner").Email
	case attr(n, "inputmode") == "email":
		return "walked@brightwater.example"
	case attr(n, "name") == "value":
		return walkedValue
	case attr(n, "placeholder") == "Paste tenant.yaml.":
		return walkedHooks
	case attr(n, "name") == "text":
		return "WALKED_KEY='" + walkedValue + "'\n"
	case method != http.MethodPost:
		return "crm"
	case has(n, "required"):
		return "WALKED"
	}
	return ""
}

// chosen is the option that a list is sent with: the one that is chosen, else the
// first.
func chosen(list *html.Node) string {
	var options []*html.Node
	for n := range list.Descendants() {
		if n.Data == "option" {
			options = append(options, n)
		}
	}
	selected := slices.IndexFunc(options, func(n *html.Node) bool { return has(n, "selected") })
	if len(options) == 0 {
		return ""
	}
	option := options[max(selected, 0)]
	if has(option, "value") {
		return attr(option, "value")
	}
	return textOf(option)
}

func (d *reading) doesNothing(n *html.Node) {
	var tag strings.Builder
	_ = html.Render(&tag, &html.Node{Type: n.Type, Data: n.Data, Attr: n.Attr})
	d.dead = append(d.dead, tag.String()+textOf(n))
}

// onlyScript tells whether an element shows with script only, by the class or the
// attribute that says so on it or around it.
func onlyScript(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if has(n, "hidden") || slices.Contains(strings.Fields(attr(n, "class")), "js-only") {
			return true
		}
	}
	return false
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// textIn is the text of an element as it is, textOf as it reads.
func textIn(n *html.Node) string {
	var text strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			text.WriteString(child.Data)
		}
	}
	return text.String()
}

func textOf(n *html.Node) string { return strings.Join(strings.Fields(textIn(n)), " ") }
