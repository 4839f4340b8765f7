// Package openapi holds the document of the APIs: OpenAPI 3.1, written by hand. A test
// of the server holds every route and every answer against it.
package openapi

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
)

// Document is the document, as JSON.
//
//go:embed openapi.json
var Document []byte

// Serve hands the document to anybody who has a key.
func Serve(c echo.Context, _ store.Actor) error {
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, Document)
}
