//go:build e2e

package e2e

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"hooksafe/store/storetest"
)

// walkedValue is what the walk stores as the value of a secret.
const walkedValue = "planted by the walk"

// walkedHooks is what the walk imports as hooks.
const walkedHooks = "hooks:\n  - name: walked\n    triggerId: send-phone-message\n    script: |\n      module.exports = function () {\n      };\n" +
	"    secrets:\n      WALKED_KEY: " + walkedValue + "\n"

// instances is how many pages of one shape are visited: all hooks of the demo, some
// of its secrets and audit entries.
const instances = 9

// notLinked are the routes that no page of a signed-in person or of the sign-in page
// leads to, and why.
var notLinked = map[string]string{
	"GET /orgs/:org/settings": "what is left of an address that somebody shortens",

	"GET /healthz":      "for programs",
	"GET /readyz":       "for programs",
	"GET /static/*":     "no page",
	"GET /setup":        "gone once somebody can sign in",
	"POST /setup":       "gone once somebody can sign in",
	"GET /reset":        "wants a link from the operator",
	"POST /reset":       "wants a link from the operator",
	"GET /reset/:token": "is the link from the operator",

	"GET /invitations":        "wants a link that a member passes on",
	"POST /invitations":       "wants a link that a member passes on",
	"GET /invitations/:token": "is the link that a member passes on",

	"GET /hooks":        "the address that the documents of hooks name; leads to the hooks of the organization used last",
	"POST /oauth/token": "for programs",
	"GET /search":       "for whoever types it; leads to the search of the organization used last",
	"GET /orgs/:org":    "what is left of an address that somebody shortens",
}

// TestWalk follows every link that each role is shown, and sends every form that is
// drawn for it, as a browser without script does: nothing leads to an error, no
// control is dead, no answer but to a reveal holds a value; and no page is left that
// nothing leads to.
func TestWalk(t *testing.T) {
	t.Parallel()
	reached := map[string]bool{}
	for _, role := range append([]string{""}, storetest.Roles...) {
		t.Run(cmp.Or(role, "nobody"), func(t *testing.T) {
			w := newWalk(t, role)
			w.walk()
			w.submit()
			maps.Copy(reached, w.reached)
			t.Logf("%d pages, %d kinds of forms", len(w.seen), len(w.forms))
		})
	}
	for _, route := range openDemo(t).routes.Routes() {
		name := route.Method + " " + route.Path
		if (route.Method == http.MethodGet || route.Method == http.MethodPost) && !strings.HasPrefix(route.Path, "/api/") &&
			!reached[name] && notLinked[name] == "" {
			t.Errorf("nothing leads to %s", name)
		}
	}
	for name := range notLinked {
		if reached[name] {
			t.Errorf("%s is reached after all", name)
		}
	}
}

// walk is one role's way through the demo.
type walk struct {
	*visitor
	reached map[string]bool     // method and route
	seen    map[string]bool     // addresses
	shapes  map[string]int      // how many pages of a shape were visited
	pages   map[string][]string // the addresses of pages, by shape
	queue   []link
	forms   map[string]drawnForm // the first of each kind
}

// link is an address, and the page that leads there.
type link struct{ path, from string }

// drawnForm is a form on a page.
type drawnForm struct {
	form
	page string
}

func newWalk(t *testing.T, role string) *walk {
	return &walk{
		visitor: newVisitor(t, role), reached: map[string]bool{}, seen: map[string]bool{}, shapes: map[string]int{},
		pages: map[string][]string{}, queue: []link{{"/", ""}}, forms: map[string]drawnForm{},
	}
}

// walk visits pages, breadth first.
func (w *walk) walk() {
	for len(w.queue) > 0 {
		next := w.queue[0]
		w.queue = w.queue[1:]
		shape := w.shape(http.MethodGet, next.path)
		if w.seen[next.path] || w.shapes[shape] == instances {
			continue
		}
		w.seen[next.path] = true
		w.shapes[shape]++
		w.look(next)
	}
}

// look visits one page.
func (w *walk) look(at link) {
	switch d, to := w.open(w.visitor, at); {
	case to != "":
		w.follow(at, to)
	case d != nil:
		shape := w.shape(http.MethodGet, at.path)
		w.pages[shape] = append(w.pages[shape], at.path)
		w.page(at, *d)
	}
}

// open asks for an address as a visitor. It leads to a page, to another address, or
// to something else, such as a file.
func (w *walk) open(v *visitor, at link) (page *document, to string) {
	answer := v.get(at.path)
	w.reached[w.route(http.MethodGet, at.path)] = true
	switch {
	case answer.Code == http.StatusSeeOther:
		return nil, answer.Header().Get("Location")
	case answer.Code != http.StatusOK:
		w.t.Errorf("%s leads to %s, which answers %d", at.from, at.path, answer.Code)
	case strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html"):
		d := v.read(at, answer)
		return &d, ""
	}
	return nil, ""
}

// read parses a page and says what is wrong with it.
func (v *visitor) read(at link, answer *httptest.ResponseRecorder) document {
	d, err := parse(answer.Body)
	if err != nil {
		v.t.Errorf("%s: %v", at.path, err)
	}
	if name, ok := strings.CutSuffix(d.title, " · Hooksafe"); !ok || name == "" {
		v.t.Errorf("%s has the title %q", at.path, d.title)
	}
	if d.headings != 1 {
		v.t.Errorf("%s has %d headings of the first level", at.path, d.headings)
	}
	if len(v.jar) > 0 && !slices.ContainsFunc(d.links, func(href string) bool { return href != at.path }) {
		v.t.Errorf("%s has no way back", at.path)
	}
	for _, control := range d.dead {
		v.t.Errorf("%s: without script this does nothing: %s", at.path, control)
	}
	return d
}

// page goes on from what a page shows.
func (w *walk) page(at link, d document) {
	for _, href := range d.links {
		w.follow(at, href)
	}
	w.ask(w.visitor, at, d)
	for _, f := range d.forms {
		if f.method != http.MethodPost {
			w.follow(at, f.action+"?"+f.fields.Encode())
		} else if kind := w.kind(f); w.forms[kind].page == "" {
			w.forms[kind] = drawnForm{f, at.path}
		}
	}
}

// ask asks for parts of a page as htmx does.
func (w *walk) ask(v *visitor, at link, d document) {
	for _, href := range d.partials {
		shape := "part of a page " + w.shape(http.MethodGet, href)
		if w.shapes[shape] == instances {
			continue
		}
		w.shapes[shape]++
		w.reached[w.route(http.MethodGet, href)] = true
		if answer := v.get(href, "HX-Request", "true"); answer.Code != http.StatusOK {
			w.t.Errorf("%s would put %s into itself, which answers %d", at.path, href, answer.Code)
		}
	}
}

// follow queues an address of the site.
func (w *walk) follow(at link, href string) {
	base, err := url.Parse(at.path)
	if err != nil {
		w.t.Errorf("%s: %v", at.path, err)
		return
	}
	to, err := base.Parse(href)
	if err != nil {
		w.t.Errorf("%s leads to %q: %v", at.path, href, err)
		return
	}
	if to.Host == "" {
		to.Fragment = ""
		w.queue = append(w.queue, link{to.String(), at.path})
	}
}

// kind is what makes forms alike: where they go and what they ask.
func (w *walk) kind(f form) string {
	return w.shape(f.method, f.action) + " " + strings.Join(slices.Sorted(maps.Keys(f.fields)), " ")
}

// shape is what makes addresses alike: the route, and which parts of the query say
// something.
func (w *walk) shape(method, path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	var asked []string
	for name, values := range u.Query() {
		if slices.ContainsFunc(values, func(v string) bool { return v != "" }) {
			asked = append(asked, name)
		}
	}
	slices.Sort(asked)
	return w.route(method, path) + "?" + strings.Join(asked, "&")
}

// submit sends one form of each kind, each to a demo of its own, and those that its
// answer draws for the first time right after it.
func (w *walk) submit() {
	for _, kind := range slices.Sorted(maps.Keys(w.forms)) {
		w.send(newVisitor(w.t, w.role), w.forms[kind], 2)
	}
}

func (w *walk) send(v *visitor, f drawnForm, deep int) {
	answer := v.post(f.form)
	w.reached[w.route(http.MethodPost, f.action)] = true
	at := link{f.action, f.page}
	if answer.Code == http.StatusSeeOther {
		at.path = answer.Header().Get("Location")
		answer = v.get(at.path)
		if answer.Code == http.StatusSeeOther { // who has just signed in or out
			at.path = answer.Header().Get("Location")
			answer = v.get(at.path)
		}
	}
	if answer.Code != http.StatusOK {
		w.t.Errorf("%s draws a form; POST %s with %v leads to %s, which answers %d",
			f.page, f.action, slices.Sorted(maps.Keys(f.fields)), at.path, answer.Code)
		return
	}
	if deep == 0 || w.role == "" || !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html") {
		return
	}
	d := v.read(at, answer)
	w.ask(v, at, d)
	for _, href := range d.links {
		if shape := w.shape(http.MethodGet, href); w.shapes[shape] == 0 {
			w.shapes[shape]++
			w.open(v, link{href, at.path})
		}
	}
	for _, next := range d.forms {
		if kind := w.kind(next); next.method == http.MethodPost && w.forms[kind].page == "" {
			w.forms[kind] = drawnForm{next, at.path}
			w.send(v, w.forms[kind], deep-1)
		}
	}
}

// visitor is somebody with a role at a demo of their own.
type visitor struct {
	*site
	t    *testing.T
	role string
	jar  map[string]string
}

func newVisitor(t *testing.T, role string) *visitor {
	t.Helper()
	v := &visitor{site: openDemo(t), t: t, role: role, jar: map[string]string{}}
	v.quiet = true
	v.plant(walkedValue)
	if role != "" {
		v.jar["hooksafe"] = v.token(role)
	}
	return v
}

// route is the method and the route that an address belongs to.
func (v *visitor) route(method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	c := v.routes.NewContext(nil, nil)
	v.routes.Router().Find(method, path, c)
	return method + " " + c.Path()
}

func (v *visitor) get(path string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, v.URL+path, nil)
	for pair := range slices.Chunk(headers, 2) {
		request.Header.Set(pair[0], pair[1])
	}
	return v.do(request)
}

func (v *visitor) post(f form) *httptest.ResponseRecorder {
	body, contentType := f.encode()
	request := httptest.NewRequest(http.MethodPost, v.URL+f.action, body)
	request.Header.Set(echo.HeaderContentType, contentType)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.do(request)
}

// do asks the server and keeps the cookies.
func (v *visitor) do(request *http.Request) *httptest.ResponseRecorder {
	for name, value := range v.jar {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer := httptest.NewRecorder()
	v.record(v.routes).ServeHTTP(answer, request)
	for _, cookie := range answer.Result().Cookies() {
		if v.jar[cookie.Name] = cookie.Value; cookie.MaxAge < 0 {
			delete(v.jar, cookie.Name)
		}
	}
	return answer
}

// encode is the body that a browser would send.
func (f form) encode() (body *bytes.Buffer, contentType string) {
	if !f.multipart {
		return bytes.NewBufferString(f.fields.Encode()), echo.MIMEApplicationForm
	}
	body = new(bytes.Buffer)
	parts := multipart.NewWriter(body)
	for name, values := range f.fields {
		for _, value := range values {
			if err := parts.WriteField(name, value); err != nil {
				panic(fmt.Errorf("write to memory: %w", err))
			}
		}
	}
	if err := parts.Close(); err != nil {
		panic(fmt.Errorf("write to memory: %w", err))
	}
	return body, parts.FormDataContentType()
}
