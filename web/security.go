package web

import (
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/apiv1"
)

// contentPolicy is one constant for every answer. The script editor lives with
// it too, so nothing here ever needs a nonce.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

const (
	staticPrefix = "/static/"
	apiPrefix    = "/api/"
	apiv1Prefix  = "/api/v1/"
	apiv2Prefix  = "/api/v2/"
)

// securityHeaders sets what every answer carries, errors included.
//
// Referrer-Policy is same-origin, because no-referrer makes a browser send
// "Origin: null" with a form, which the cross-origin protection refuses.
func securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if c.Scheme() == "https" {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		h.Set("Cache-Control", "no-store") // what is in static says otherwise itself
		if !strings.HasPrefix(c.Request().URL.Path, staticPrefix) {
			h.Set("Vary", "HX-Request")
		}
		return next(c)
	}
}

// requireHTTPS refuses a request that did not come over https, by its own
// connection or by the word of a trusted proxy. Health is asked from inside.
func requireHTTPS(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Scheme() != "https" && c.Path() != healthPath && c.Path() != readyPath {
			status := http.StatusForbidden
			if takesTokens(c) {
				status = http.StatusBadRequest // the Deploy CLI takes a 403 for "nothing to do"
			}
			return &refusal{status, "Use https",
				"This server hands out secrets over https only. Open its https address; behind a proxy, the proxy has to send X-Forwarded-Proto."}
		}
		return next(c)
	}
}

// methods answers a method that an address does not take, and an address that there
// is not, before anything else looks at the request.
func methods(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Get(echo.ContextKeyHeaderAllow) != nil || c.Path() == "" {
			return c.Handler()(c)
		}
		return next(c)
	}
}

const (
	presetBody = 1 << 20
	editorBody = 2 << 20
	batchBody  = 8 << 20
	importBody = 6 << 20
)

// bodies refuses a body that is too long, compressed, of a kind that no form
// sends, or that does not say how long it is. The last is also the shape in
// which a request can have two lengths: net/http drops the Content-Length that
// stands beside a chunked body without a word. The connection is closed then,
// so that nothing behind the body passes for a request.
func bodies(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		req := c.Request()
		if len(req.TransferEncoding) > 0 {
			c.Response().Header().Set("Connection", "close")
			return &refusal{http.StatusLengthRequired, "Length needed", "Send the body in one piece, with its length."}
		}
		if req.ContentLength != 0 && !takesType(c) {
			return echo.ErrUnsupportedMediaType
		}
		req.Body = http.MaxBytesReader(c.Response(), req.Body, bodyLimit(c.Path()))
		return next(c)
	}
}

// bodyLimit is how many bytes the body of a request to a route may have.
func bodyLimit(route string) int64 {
	switch route {
	case hookRoute, apiHooksRoute, apiHookRoute:
		return editorBody
	case apiSecretsRoute:
		return batchBody
	case apiv1.ImportsPath, importHooksRoute, importSecretsRoute, importOwnSecretsRoute:
		return importBody
	}
	return presetBody
}

// takesType tells whether a body is of a kind that its address takes. The contract
// of /api/v2 reads JSON whatever the header says.
func takesType(c echo.Context) bool {
	h := c.Request().Header
	switch {
	case h.Get("Content-Encoding") != "":
		return false
	case strings.HasPrefix(c.Request().URL.Path, apiv2Prefix), c.Path() == tokenRoute:
		return true
	case isAPI(c):
		return contentType(h) == echo.MIMEApplicationJSON
	}
	return formType(h, takesFile[c.Path()])
}

// formType tells whether the headers announce a plain form, or, where a file is
// taken, one in parts.
func formType(h http.Header, files bool) bool {
	kind := contentType(h)
	return kind == echo.MIMEApplicationForm || files && kind == echo.MIMEMultipartForm
}

// contentType is the one kind of content that the headers announce, or "": also if
// it is not in UTF-8.
func contentType(h http.Header) string {
	if len(h.Values("Content-Type")) != 1 {
		return ""
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	charset, given := params["charset"]
	if err != nil || given && !strings.EqualFold(charset, "utf-8") {
		return ""
	}
	return kind
}

// sameOrigin lets a request that may change something pass only when the
// browser says that it comes from our own pages. Cookies travel with requests
// that other sites start, so silence is a refusal: every browser sends
// Sec-Fetch-Site or Origin with a form.
func sameOrigin(baseURL string) (echo.MiddlewareFunc, error) {
	protection := http.NewCrossOriginProtection()
	if err := protection.AddTrustedOrigin(baseURL); err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if !takesTokens(c) && !fromOurPages(protection, c.Request()) {
				return &refusal{http.StatusForbidden, "Not done",
					"The request didn't come from a page of this server. Open the page here and send it again."}
			}
			return next(c)
		}
	}, nil
}

// takesTokens tells whether an address looks at tokens and never at cookies, so that
// no page can make a browser speak for somebody.
func takesTokens(c echo.Context) bool { return isAPI(c) || c.Path() == tokenRoute }

func fromOurPages(p *http.CrossOriginProtection, req *http.Request) bool {
	if safeMethod(req.Method) {
		return true
	}
	if req.Header.Get("Sec-Fetch-Site") == "" && req.Header.Get("Origin") == "" {
		return false
	}
	return p.Check(req) == nil
}

func safeMethod(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// trustProxies makes the address and the scheme of a request those that the
// proxies report, or those of the connection where there are no proxies. Echo
// believes every private address unless it is told not to.
func trustProxies(e *echo.Echo, proxies []netip.Prefix) {
	if len(proxies) == 0 {
		e.IPExtractor = echo.ExtractIPDirect()
		e.SchemeExtractor = echo.ExtractSchemeDirect()
		return
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		trust = append(trust, echo.TrustIPRange(&net.IPNet{
			IP:   p.Masked().Addr().AsSlice(),
			Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	e.IPExtractor = echo.ExtractIPFromXFFHeader(trust...)
	e.SchemeExtractor = echo.ExtractSchemeFromHeaders(trust...)
}

// secureCookies tells whether people use https, which is what Secure and the
// __Host- prefix need.
func secureCookies(baseURL string) bool {
	u, err := url.Parse(baseURL)
	return err == nil && u.Scheme == "https"
}
