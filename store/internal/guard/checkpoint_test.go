package guard

import (
	"os"
	"path/filepath"
	"testing"
)

// A checkpoint empties the write-ahead log unless somebody reads an older state; and
// the writer is as patient afterwards as before.
func TestCheckpoint(t *testing.T) {
	w := newWorld(t)
	wal := filepath.Join(w.dir, File+"-wal")
	size := func() int64 { return must(os.Stat(wal))(t).Size() }
	a := w.actor(t, "acme", Editor)

	reader := must(w.raw(t).Beginx())(t)
	var hooks int
	if err := reader.Get(&hooks, `SELECT count(*) FROM hooks`); err != nil {
		t.Fatal(err)
	}
	must(w.act(a, "h_new"))(t)
	if emptied, err := w.Checkpoint(ctx); err != nil || emptied || size() == 0 {
		t.Errorf("with a reader: emptied %v, %v, %d bytes", emptied, err, size())
	}
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	if emptied, err := w.Checkpoint(ctx); err != nil || !emptied || size() != 0 {
		t.Errorf("emptied %v, %v, %d bytes", emptied, err, size())
	}
	must(w.act(a, "h_newer"))(t)
	if err := w.write(ctx, func() error {
		var patience string
		err := w.writer.GetContext(ctx, &patience, "PRAGMA busy_timeout")
		if patience != "5000" {
			t.Errorf("the writer waits for %s ms", patience)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
