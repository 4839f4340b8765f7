package bench

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hooksafe/store/storetest"
	"hooksafe/web"
)

// pages are addresses whose time has a limit with 5,000 hooks, 20,000 secrets and
// 1,000,000 audit entries. The names in them are those that storetest.Big gives.
var pages = []struct{ name, path string }{
	{"hooks", "/orgs/acme/hooks"},
	{"hooks of a name", "/orgs/acme/hooks?q=hook+4999"},
	{"hooks of a secret's name", "/orgs/acme/hooks?q=BIG_4999_3"},
	{"hooks without a match", "/orgs/acme/hooks?q=payrol"},
	{"hooks of a trigger", "/orgs/acme/hooks?trigger=send-phone-message"},
	{"hooks that are on", "/orgs/acme/hooks?state=on"},
	{"hooks, a common word", "/orgs/acme/hooks?q=big"},
	{"secrets of a hook", "/orgs/acme/hooks/00000000000000000000000007/secrets"},
	{"search", "/orgs/acme/search?q=BIG_4999"},
	{"search of a common word", "/orgs/acme/search?q=big"},
	{"search without a match", "/orgs/acme/search?q=payrol"},
	{"audit", "/orgs/acme/audit"},
	{"audit, an older page", "/orgs/acme/audit?before=500000"},
	{"audit of a person", "/orgs/acme/audit?person=00000000-0000-7000-8000-000000000007"},
	{"audit of an action", "/orgs/acme/audit?action=secret.update"},
	{"audit, denied", "/orgs/acme/audit?outcome=denied"},
	{"audit of a period", "/orgs/acme/audit?period=30d"},
	{"audit between two days", "/orgs/acme/audit?from=2027-03-01&to=2027-03-02"},
	{"audit of a secret", "/orgs/acme/audit?target=00000000-0000-7000-9000-000000000025"},
	{"audit of a hook", "/orgs/acme/audit?hook=00000000000000000000000007"},
	{"activity of a hook", "/orgs/acme/hooks/00000000000000000000000007/activity"},
	{"audit of a common name", "/orgs/acme/audit?q=big"},
	{"audit of a name", "/orgs/acme/audit?q=BIG_4999_1"},
	{"audit of an address", "/orgs/acme/audit?q=192.0.2.77"},
	{"audit of a request", "/orgs/acme/audit?q=req_big777"},
	{"audit without a match", "/orgs/acme/audit?q=payrol"},
}

// BenchmarkPages is the time in which the server draws each of them, without the
// network.
func BenchmarkPages(b *testing.B) {
	get := bigServer(b, storetest.Full)
	for _, page := range pages {
		b.Run(strings.ReplaceAll(page.name, " ", "_"), func(b *testing.B) {
			var bytes int
			for b.Loop() {
				var status int
				if status, bytes = get(page.path); status != http.StatusOK {
					b.Fatalf("GET %s is answered with %d", page.path, status)
				}
			}
			b.ReportMetric(float64(bytes)/1000, "kB")
		})
	}
}

// TestPages keeps the benchmark fit: the same, with less in it.
func TestPages(t *testing.T) {
	t.Parallel()
	get := bigServer(t, storetest.Size{Hooks: 300, Secrets: 4, Entries: 150, OwnSecrets: 1200})
	for _, page := range pages {
		if status, _ := get(page.path); status != http.StatusOK {
			t.Errorf("%s: GET %s is answered with %d", page.name, page.path, status)
		}
	}
}

// bigServer returns what asks a big world's server for a page, as the owner.
func bigServer(tb testing.TB, size storetest.Size) func(path string) (status, bytes int) {
	tb.Helper()
	w := storetest.Big(tb, size)
	const base = "http://127.0.0.1:8080"
	handler, err := web.New(w.Store, web.Options{BaseURL: base, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		tb.Fatal(err)
	}
	return func(path string) (int, int) {
		request := httptest.NewRequest(http.MethodGet, base+path, nil)
		request.AddCookie(&http.Cookie{Name: "hooksafe", Value: w.Token(storetest.Acme, "owner")})
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		return answer.Code, answer.Body.Len()
	}
}
