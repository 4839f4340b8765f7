package store_test

import (
	"context"
	"testing"

	"hooksafe/store/storetest"
)

func TestReveal(t *testing.T) {
	w := storetest.New(t)
	a := w.Actor(t, storetest.Acme, "editor")
	org := w.Org(storetest.Acme)
	r, err := w.RevealSecret(context.Background(), a, org.Place(), org.Secret, "")
	if err != nil {
		t.Fatal(err)
	}
	if r.Value.Reveal() != org.Value {
		t.Fatal("wrong value")
	}
	page, err := w.Audit(context.Background(), a, 0, 50)
	if err != nil || page.Entries[0].ID != r.Entry {
		t.Fatalf("%v %v", err, page)
	}
	list, err := w.Secrets(context.Background(), a, org.Place())
	t.Log(list, err)
	hl, err := w.Hooks(context.Background(), a, "", 50)
	t.Log(hl, err)
}
