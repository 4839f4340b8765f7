package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func fixedSeed() []byte {
	seed := make([]byte, 32)
	for i := range seed {
		seed[i] = byte(200 + i)
	}
	return seed
}

func newTestSigner(t *testing.T, log string, seed []byte) *Signer {
	t.Helper()
	s, err := NewSigner(log, seed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// signText signs a text that no signer would write.
func signText(t *testing.T, s *Signer, text string) []byte {
	t.Helper()
	signed, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func treeOf(n int64) *Tree {
	tree := new(Tree)
	for i := range n {
		tree.Append(testLeaf(i))
	}
	return tree
}

// A signer of ours signs as the one of package note does with the same key.
func TestSignerIsANoteSigner(t *testing.T) {
	seed := fixedSeed()
	s := newTestSigner(t, "o_acme", seed)
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	want, err := note.NewEd25519VerifierKey("hooksafe/o_acme", public)
	if err != nil {
		t.Fatal(err)
	}
	if s.PublicKey() != want || s.Name() != "hooksafe/o_acme" {
		t.Errorf("public key %s of %s, want %s", s.PublicKey(), s.Name(), want)
	}
	private := append([]byte{1}, seed...)
	theirs, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", s.Name(), s.KeyHash(), base64.StdEncoding.EncodeToString(private)))
	if err != nil {
		t.Fatal(err)
	}
	n := note.Note{Text: "text\n"}
	signed, err := note.Sign(&n, theirs)
	if err != nil {
		t.Fatal(err)
	}
	if got := signText(t, s, n.Text); !bytes.Equal(got, signed) {
		t.Errorf("signs\n%s, want\n%s", got, signed)
	}
}

func TestCheckpoint(t *testing.T) {
	s := newTestSigner(t, "o_acme", fixedSeed())
	for _, size := range []int64{0, 1, 7, 1024} {
		tree := treeOf(size)
		signed, err := s.Checkpoint(tree)
		if err != nil {
			t.Fatal(err)
		}
		root := tree.Root()
		text := fmt.Sprintf("hooksafe/o_acme\n%d\n%s\n", size, base64.StdEncoding.EncodeToString(root[:]))
		if !strings.HasPrefix(string(signed), text+"\n— hooksafe/o_acme ") {
			t.Errorf("checkpoint is\n%s, want it to begin\n%s", signed, text)
		}
		head, err := OpenCheckpoint(s.PublicKey(), signed)
		if err != nil || head != (Head{Log: "o_acme", Size: size, Root: root}) {
			t.Errorf("opens as %+v: %v", head, err)
		}
	}
}

func TestMark(t *testing.T) {
	s := newTestSigner(t, "o_acme", fixedSeed())
	tree := treeOf(2048)
	signed, err := s.Mark(tree)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(signed), "hooksafe/o_acme/mark\n2048\n") {
		t.Errorf("mark is\n%s", signed)
	}
	head, err := OpenMark(s.PublicKey(), signed)
	if err != nil || head != (Head{Log: "o_acme", Size: 2048, Root: tree.Root()}) {
		t.Errorf("opens as %+v: %v", head, err)
	}
	for _, size := range []int64{0, 1, 1023, 1025} {
		if signed, err := s.Mark(treeOf(size)); err == nil || signed != nil {
			t.Errorf("a mark is made at size %d", size)
		}
	}
}

func TestMarkIsNoCheckpoint(t *testing.T) {
	s := newTestSigner(t, "o_acme", fixedSeed())
	tree := treeOf(MarkEvery)
	mark, err := s.Mark(tree)
	if err != nil {
		t.Fatal(err)
	}
	checkpoint, err := s.Checkpoint(tree)
	if err != nil {
		t.Fatal(err)
	}
	if head, err := OpenCheckpoint(s.PublicKey(), mark); err == nil || !strings.Contains(err.Error(), "first line") {
		t.Errorf("a mark as checkpoint: %+v, %v, want its first line refused", head, err)
	}
	if head, err := OpenMark(s.PublicKey(), checkpoint); err == nil || !strings.Contains(err.Error(), "first line") {
		t.Errorf("a checkpoint as mark: %+v, %v, want its first line refused", head, err)
	}
}

func TestOpenCheckpointRefuses(t *testing.T) {
	seed := fixedSeed()
	s := newTestSigner(t, "o_acme", seed)
	tree := treeOf(5)
	good, err := s.Checkpoint(tree)
	if err != nil {
		t.Fatal(err)
	}
	checkpointBy := func(s *Signer) []byte {
		signed, err := s.Checkpoint(tree)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	root := base64.StdEncoding.EncodeToString(make([]byte, 32))
	for _, c := range []struct {
		name   string
		signed []byte
	}{
		{"nothing", nil},
		{"without signature", []byte("hooksafe/o_acme\n5\n" + root + "\n")},
		{"cut off", good[:len(good)-1]},
		{"size changed", bytes.Replace(good, []byte("\n5\n"), []byte("\n4\n"), 1)},
		{"log changed", bytes.Replace(good, []byte("hooksafe/o_acme\n"), []byte("hooksafe/o_birch\n"), 1)},
		{"of another key of this log", checkpointBy(newTestSigner(t, "o_acme", NewLogKey()))},
		{"of another log", checkpointBy(newTestSigner(t, "o_birch", NewLogKey()))},
		{"of another log with the same key", checkpointBy(newTestSigner(t, "o_birch", seed))},
		{"signed: another log's text", signText(t, s, "hooksafe/o_birch\n5\n"+root+"\n")},
		{"signed: another program's text", signText(t, s, "go.sum database tree\n5\n"+root+"\n")},
		{"signed: no size", signText(t, s, "hooksafe/o_acme\n"+root+"\n")},
		{"signed: no root", signText(t, s, "hooksafe/o_acme\n5\n")},
		{"signed: one line", signText(t, s, "hooksafe/o_acme\n")},
		{"signed: a line more", signText(t, s, "hooksafe/o_acme\n5\n"+root+"\nmore\n")},
		{"signed: negative size", signText(t, s, "hooksafe/o_acme\n-5\n"+root+"\n")},
		{"signed: size with a plus sign", signText(t, s, "hooksafe/o_acme\n+5\n"+root+"\n")},
		{"signed: size with a zero before", signText(t, s, "hooksafe/o_acme\n05\n"+root+"\n")},
		{"signed: size too big", signText(t, s, "hooksafe/o_acme\n9223372036854775808\n"+root+"\n")},
		{"signed: size in words", signText(t, s, "hooksafe/o_acme\nfive\n"+root+"\n")},
		{"signed: short root", signText(t, s, "hooksafe/o_acme\n5\nAAAA\n")},
		{"signed: root with bits left over", signText(t, s, "hooksafe/o_acme\n5\n"+root[:42]+"B=\n")},
		{"signed: root is not base64", signText(t, s, "hooksafe/o_acme\n5\n"+strings.Repeat("!", 44)+"\n")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if head, err := OpenCheckpoint(s.PublicKey(), c.signed); err == nil || head != (Head{}) {
				t.Errorf("opens as %+v", head)
			}
		})
	}
	for i := range good {
		flipped := bytes.Clone(good)
		flipped[i] ^= 1
		if head, err := OpenCheckpoint(s.PublicKey(), flipped); err == nil {
			t.Errorf("opens with byte %d changed, as %+v", i, head)
		}
	}
}

func TestOpenCheckpointRefusesPublicKey(t *testing.T) {
	s := newTestSigner(t, "o_acme", fixedSeed())
	signed, err := s.Checkpoint(treeOf(5))
	if err != nil {
		t.Fatal(err)
	}
	public := ed25519.NewKeyFromSeed(fixedSeed()).Public().(ed25519.PublicKey)
	for _, name := range []string{"o_acme", "sum.golang.org", "hooksafe/", "hooksafe/o_acme/mark"} {
		key, err := note.NewEd25519VerifierKey(name, public)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OpenCheckpoint(key, signed); err == nil || !strings.Contains(err.Error(), "public key") {
			t.Errorf("key called %s: %v, want it refused as a public key", name, err)
		}
	}
	for _, key := range []string{"", "hooksafe/o_acme", s.PublicKey() + "A", strings.Replace(s.PublicKey(), "acme", "birch", 1)} {
		if _, err := OpenCheckpoint(key, signed); err == nil || !strings.Contains(err.Error(), "public key") {
			t.Errorf("key %q: %v, want it refused as a public key", key, err)
		}
	}
}

func TestNewSignerRefuses(t *testing.T) {
	for _, log := range []string{"", "o acme", "o+acme", "o\nacme", "o_acme\n", "o_acme/mark", "ö"} {
		if s, err := NewSigner(log, fixedSeed()); err == nil || s != nil {
			t.Errorf("log %q has a signer", log)
		}
	}
	for _, n := range []int{0, 31, 33, 64} {
		if s, err := NewSigner("o_acme", make([]byte, n)); err == nil || s != nil {
			t.Errorf("a seed of %d bytes has a signer", n)
		}
	}
}

func TestNewLogKey(t *testing.T) {
	first, second := NewLogKey(), NewLogKey()
	if len(first) != 32 || bytes.Equal(first, second) {
		t.Errorf("log keys of %d bytes, equal: %t", len(first), bytes.Equal(first, second))
	}
}

func TestSignerDoesNotPrint(t *testing.T) {
	seed := fixedSeed()
	s := newTestSigner(t, "o_acme", seed)
	type server struct {
		signer *Signer
		held   Signer
	}
	var out bytes.Buffer
	for _, holder := range []any{s, *s, server{s, *s}, &server{s, *s}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
			fmt.Fprintf(&out, verb+"\n", holder)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("sign", "signer", holder)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("sign", "signer", holder)
	}
	shown := strings.ToLower(out.String())
	list := strings.Trim(fmt.Sprint(seed[:4]), "[]")
	for _, form := range []string{string(seed[:4]), fmt.Sprintf("%x", seed[:4]), list, "0xc8, 0xc9", base64.StdEncoding.EncodeToString(seed)[:8]} {
		if strings.Contains(shown, strings.ToLower(form)) {
			t.Errorf("the key prints as %q", form)
		}
	}
}
