package demo_test

import (
	"context"
	"testing"
	"time"

	"hooksafe/e2e/demo"
	"hooksafe/store"
)

func TestFill(t *testing.T) {
	key, _ := store.ParseMasterKey(store.GenerateMasterKey())
	start := time.Now()
	tok, err := demo.Fill(context.Background(), t.TempDir(), key, time.Date(2026, 11, 21, 14, 4, 0, 0, time.UTC))
	t.Log(time.Since(start), len(tok), err)
	if err != nil {
		t.Fatal(err)
	}
}
