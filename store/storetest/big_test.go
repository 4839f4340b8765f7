package storetest_test

import (
	"context"
	"testing"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// A small big world is what a full one would be: all of it is found by the pages.
func TestBig(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := storetest.Big(t, storetest.Size{Hooks: 300, Secrets: 4, Entries: 150, OwnSecrets: 1200})
	a := w.Actor(t, storetest.Acme, "owner")

	hooks, secrets := 0, 0
	for after, more := "", true; more; {
		page, err := w.Hooks(ctx, a, store.HookFilter{}, after, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range page.Hooks {
			hooks, secrets = hooks+1, secrets+h.Secrets
		}
		after, more = page.Next, page.Next != ""
	}
	if hooks != 301 || secrets != 1201 {
		t.Errorf("%d hooks with %d secrets", hooks, secrets)
	}

	shared, err := w.OrganizationSecrets(ctx, a, store.SecretQuery{Limit: 50})
	if err != nil || shared.Total != 1200 || shared.Pending != 1 || shared.Secrets[1].LastUsedBy == "" {
		t.Errorf("%d organization secrets, %d pending, %v", shared.Total, shared.Pending, err)
	}

	own, err := w.Audit(ctx, a, store.AuditFilter{}, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	entries := own.Entries
	if len(entries) < 150 || entries[0].At <= entries[len(entries)-1].At {
		t.Errorf("%d audit entries", len(entries))
	}
	for i, e := range entries[1:] {
		if e.Seq != entries[i].Seq-1 || e.At > entries[i].At {
			t.Fatalf("entry %d follows entry %d", entries[i].Seq, e.Seq)
		}
	}
}
