package dashboard

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
)

// A body that the server doesn't take now is told as that, and no broken form.
func TestBodyThatIsRefused(t *testing.T) {
	busy := &store.Error{Code: store.Limited, Message: "Send it again in a moment."}
	for _, kind := range []string{echo.MIMEApplicationForm, echo.MIMEMultipartForm + "; boundary=b"} {
		for err, want := range map[error]error{busy: busy, errors.New("cut off"): errBadForm} {
			req := httptest.NewRequest(http.MethodPost, "/", iotest.ErrReader(err))
			req.Header.Set(echo.HeaderContentType, kind)
			_, got := readForm(echo.New().NewContext(req, httptest.NewRecorder()), "text")
			if !errors.Is(got, want) {
				t.Errorf("%s: %v, want %v", strings.SplitN(kind, ";", 2)[0], got, want)
			}
		}
	}
}
