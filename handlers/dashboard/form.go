package dashboard

import (
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
)

// form holds the fields of a posted form, each at most once, as they were sent.
// Nothing of the address is among them.
type form struct {
	fields map[string]string
	files  map[string]string // chosen files, byte for byte
	called map[string]string // what they are called
}

// readForm reads the body of a post that may hold the fields named; a name that ends
// with * stands for all that begin so. A field that isn't named, or comes twice, is a
// 400. A field whose bytes no page could
// show again is left out, and an Invalid error names it.
func readForm(c echo.Context, names ...string) (form, error) {
	f, err := readUpload(c, names...)
	if err != nil {
		return form{}, err
	}
	return f, f.checkText()
}

// readUpload is readForm for what no page shows again, so that it need not be text.
func readUpload(c echo.Context, names ...string) (form, error) {
	f := form{make(map[string]string), make(map[string]string), make(map[string]string)}
	if err := f.read(c.Request()); err != nil {
		return form{}, err
	}
	if !f.hasOnly(names) {
		return form{}, errBadForm
	}
	return f, nil
}

var errBadForm = echo.NewHTTPError(http.StatusBadRequest)

func (f form) read(req *http.Request) error {
	if strings.HasPrefix(req.Header.Get("Content-Type"), echo.MIMEMultipartForm) {
		return f.readParts(req)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return readError(err)
	}
	fields, err := url.ParseQuery(string(body))
	if err != nil {
		return errBadForm
	}
	for name, values := range fields {
		if len(values) > 1 {
			return errBadForm
		}
		f.fields[name] = values[0]
	}
	return nil
}

// readParts keeps every part in memory, which the limit of the body bounds:
// the library's own reader may put a value into a temporary file.
func (f form) readParts(req *http.Request) error {
	parts, err := req.MultipartReader()
	if err != nil {
		return errBadForm
	}
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return readError(err)
		}
		if err := f.add(part); err != nil {
			return err
		}
	}
}

func (f form) add(part *multipart.Part) error {
	content, err := io.ReadAll(part)
	if err != nil {
		return readError(err)
	}
	name := part.FormName()
	if f.has(name) {
		return errBadForm
	}
	if part.FileName() != "" {
		f.files[name], f.called[name] = string(content), part.FileName()
	} else {
		f.fields[name] = string(content)
	}
	return nil
}

// readError tells a body that is too long, too slow or one of too many, which have
// answers of their own, from one that is broken.
func readError(err error) error {
	var tooLong *http.MaxBytesError
	_, refused := store.AsError(err)
	if refused || errors.As(err, &tooLong) || errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return errBadForm
}

func (f form) has(name string) bool {
	_, field := f.fields[name]
	_, file := f.files[name]
	return field || file
}

func (f form) hasOnly(names []string) bool {
	for _, part := range []map[string]string{f.fields, f.files} {
		for name := range part {
			if !slices.ContainsFunc(names, func(may string) bool { return matches(may, name) }) {
				return false
			}
		}
	}
	return true
}

func matches(may, name string) bool {
	if beginning, all := strings.CutSuffix(may, "*"); all {
		return strings.HasPrefix(name, beginning)
	}
	return may == name
}

// checkText takes out what isn't text. Which of several such fields it names is
// left open.
func (f form) checkText() error {
	var wrong error
	for _, part := range []map[string]string{f.fields, f.files} {
		for name, value := range part {
			if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
				delete(part, name)
				wrong = invalid(box(name), "This isn't text: it holds a NUL or bytes that are not UTF-8.")
			}
		}
	}
	return wrong
}

// box is the field whose sentences speak of a part: a chosen file stands for the
// text box of the value.
func box(name string) string {
	if name == "file" {
		return "value"
	}
	return name
}

// line is a field of one line, exactly as sent.
func (f form) line(name string) string { return f.fields[name] }

// text is a field of a text box. Browsers send CRLF where somebody typed a line
// end, and nobody can type a CR, so line ends are LF.
func (f form) text(name string) string {
	return strings.ReplaceAll(f.fields[name], "\r\n", "\n")
}

// base is the revision that a form was made from.
func (f form) base() (int64, error) {
	n, err := strconv.ParseInt(f.line("base"), 10, 64)
	if err != nil {
		return 0, errBadForm
	}
	return n, nil
}

// checked tells whether a box is ticked.
func (f form) checked(name string) bool { return f.fields[name] != "" }

// chosen are the ticked boxes whose names begin so, by the rest of their names.
func (f form) chosen(beginning string) []string {
	var rest []string
	for _, name := range slices.Sorted(maps.Keys(f.fields)) {
		if strings.HasPrefix(name, beginning) && f.checked(name) {
			rest = append(rest, name[len(beginning):])
		}
	}
	return rest
}

// textOrFile is what was typed into a text box, or the content of the file that
// was chosen instead, byte for byte. Both at once is refused.
func (f form) textOrFile(text, file string) (string, error) {
	content, chosen := f.files[file]
	typed := f.text(text)
	switch {
	case chosen && typed != "":
		return "", invalid(text, "Either type the value or choose a file, not both.")
	case chosen:
		return content, nil
	default:
		return typed, nil
	}
}

func invalid(field, message string) error {
	return &store.Error{Code: store.Invalid, Field: field, Message: message}
}
