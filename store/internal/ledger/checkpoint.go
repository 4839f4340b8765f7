package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// MarkEvery is how many entries lie between two marks. A mark is a signed head
// that is kept, so that a rewritten log is located to a span of this length.
const MarkEvery = 1024

const (
	namePrefix = "hooksafe/"
	markSuffix = "/mark"
)

// logName keeps a log's id to what stands in a key's name and in the first line
// of a note without changing their meaning: no slash, plus sign, space or line end.
var logName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Head is what a checkpoint or a mark says: the log had this many entries, and
// its tree this root.
type Head struct {
	Log  string
	Size int64
	Root tlog.Hash
}

// text returns the text that is signed: origin, size and root, a line each, as in
// https://c2sp.org/tlog-checkpoint. The origin of a mark is another one, so that
// it can never pass as a checkpoint.
func (h Head) text(suffix string) string {
	root := base64.StdEncoding.EncodeToString(h.Root[:])
	return fmt.Sprintf("%s%s%s\n%d\n%s\n", namePrefix, h.Log, suffix, h.Size, root)
}

// NewLogKey returns the seed of a new Ed25519 key, 32 random bytes.
func NewLogKey() []byte {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed)
	return seed
}

// Signer signs the heads of one log. It is the note.Signer of the key that is
// called "hooksafe/" and the log.
type Signer struct {
	log      string
	public   string
	verifier note.Verifier
	sign     func(msg []byte) []byte // holds the key where nothing prints it
}

// NewSigner returns the signer of log from its key's seed of 32 bytes.
func NewSigner(log string, seed []byte) (*Signer, error) {
	if !logName.MatchString(log) {
		return nil, fmt.Errorf("%q is not the id of a log", log)
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("key of log %s: seed has %d bytes, want %d", log, len(seed), ed25519.SeedSize)
	}
	key := ed25519.NewKeyFromSeed(seed)
	public, err := note.NewEd25519VerifierKey(namePrefix+log, key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("key of log %s: %w", log, err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return nil, fmt.Errorf("key of log %s: %w", log, err)
	}
	sign := func(msg []byte) []byte { return ed25519.Sign(key, msg) }
	return &Signer{log: log, public: public, verifier: verifier, sign: sign}, nil
}

// PublicKey returns the text from which anybody verifies: name, hash and key, as
// package note writes them.
func (s *Signer) PublicKey() string { return s.public }

// Name returns the name of the key.
func (s *Signer) Name() string { return s.verifier.Name() }

// KeyHash returns the hash of name and public key that stands in each signature.
func (s *Signer) KeyHash() uint32 { return s.verifier.KeyHash() }

// Sign returns the Ed25519 signature of msg. It never fails.
func (s *Signer) Sign(msg []byte) ([]byte, error) { return s.sign(msg), nil }

// Checkpoint returns the signed head of t, about 200 bytes of text.
func (s *Signer) Checkpoint(t *Tree) ([]byte, error) { return s.signHead(t, "") }

// Mark returns the head of t signed as a mark. A mark is made when the size of
// the tree is a multiple of MarkEvery.
func (s *Signer) Mark(t *Tree) ([]byte, error) {
	if t.Size() == 0 || t.Size()%MarkEvery != 0 {
		return nil, fmt.Errorf("mark of log %s: size %d is no multiple of %d", s.log, t.Size(), MarkEvery)
	}
	return s.signHead(t, markSuffix)
}

func (s *Signer) signHead(t *Tree, suffix string) ([]byte, error) {
	head := Head{Log: s.log, Size: t.Size(), Root: t.Root()}
	signed, err := note.Sign(&note.Note{Text: head.text(suffix)}, s)
	if err != nil {
		return nil, fmt.Errorf("sign head of log %s: %w", s.log, err)
	}
	return signed, nil
}

// OpenCheckpoint returns what a checkpoint says, if publicKey signed it and it is
// one of that key's log.
func OpenCheckpoint(publicKey string, signed []byte) (Head, error) {
	head, err := openHead(publicKey, signed, "")
	if err != nil {
		return Head{}, fmt.Errorf("checkpoint: %w", err)
	}
	return head, nil
}

// OpenMark returns what a mark says, if publicKey signed it and it is one of that
// key's log.
func OpenMark(publicKey string, signed []byte) (Head, error) {
	head, err := openHead(publicKey, signed, markSuffix)
	if err != nil {
		return Head{}, fmt.Errorf("mark: %w", err)
	}
	return head, nil
}

func openHead(publicKey string, signed []byte, suffix string) (Head, error) {
	verifier, err := note.NewVerifier(publicKey)
	if err != nil {
		return Head{}, fmt.Errorf("public key: %w", err)
	}
	log, ok := strings.CutPrefix(verifier.Name(), namePrefix)
	if !ok || !logName.MatchString(log) {
		return Head{}, errors.New("public key: not the key of a log")
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return Head{}, fmt.Errorf("not signed with the key of log %s: %w", log, err)
	}
	return parseHead(log, suffix, opened.Text)
}

// parseHead reads back what text wrote, and nothing else: the head it finds must
// give the same text again.
func parseHead(log, suffix, text string) (Head, error) {
	lines := strings.Split(text, "\n")
	if origin := namePrefix + log + suffix; lines[0] != origin {
		return Head{}, fmt.Errorf("its first line is %q, want %q", lines[0], origin)
	}
	if len(lines) != 4 {
		return Head{}, errors.New("not three lines: origin, size and root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Head{}, errors.New("its second line is no size")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Head{}, errors.New("its third line is no root")
	}
	head := Head{Log: log, Size: size, Root: root}
	if head.text(suffix) != text {
		return Head{}, errors.New("size or root is not written as it should be")
	}
	return head, nil
}
