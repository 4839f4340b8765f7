package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"hash/crc32"
	"math/big"
	"slices"
	"strings"
	"time"

	"hooksafe/store/internal/guard"
)

// Scope is one thing that an API key may do.
type Scope = guard.Scope

// Scopes lists them all, those of hooks first.
func Scopes() []Scope { return guard.Scopes() }

// keyRandom is how many base62 characters of a token are random: 30 have 178 bits
// (S-10 wants 160).
const keyRandom = 30

// wrongKeysPerNetwork is how many wrong tokens a network may send in a minute (S-10).
const wrongKeysPerNetwork = 60

// Key is an API key without its token.
type Key struct {
	ID, Name, Hint string // Hint is how the token begins
	Scopes         []Scope
	MadeBy         string // the name of whoever made it
	CreatedAt      time.Time
	ExpiresAt      time.Time // zero: never
	RevokedAt      time.Time // zero: not
	UsedAt         time.Time // zero: never
	UsedFrom       string
}

// Live says whether the key lets anybody in at a time, as far as it can tell.
func (k Key) Live(now time.Time) bool {
	return k.RevokedAt.IsZero() && (k.ExpiresAt.IsZero() || k.ExpiresAt.After(now))
}

// NewKey is an API key to make.
type NewKey struct {
	Name   string
	Scopes []Scope
	Lasts  time.Duration // 0: for ever
}

type keyRow struct {
	ID        string `db:"id"`
	Name      string `db:"name"`
	Hint      string `db:"hint"`
	Scopes    string `db:"scopes"`
	MadeBy    string `db:"made_by_name"`
	CreatedAt int64  `db:"created_at"`
	ExpiresAt int64  `db:"expires_at"`
	RevokedAt int64  `db:"revoked_at"`
	UsedAt    int64  `db:"used_at"`
	UsedFrom  string `db:"used_from"`
}

func (r keyRow) key() Key {
	k := Key{
		ID: r.ID, Name: r.Name, Hint: r.Hint, MadeBy: r.MadeBy, UsedFrom: r.UsedFrom,
		CreatedAt: guard.FromMicro(r.CreatedAt), ExpiresAt: guard.FromMicro(r.ExpiresAt),
		RevokedAt: guard.FromMicro(r.RevokedAt), UsedAt: guard.FromMicro(r.UsedAt),
	}
	for scope := range strings.FieldsSeq(r.Scopes) {
		k.Scopes = append(k.Scopes, Scope(scope))
	}
	return k
}

const keyColumns = `
	SELECT id, name, hint, scopes, made_by_name, created_at, COALESCE(expires_at, 0) AS expires_at,
		COALESCE(revoked_at, 0) AS revoked_at, COALESCE(used_at, 0) AS used_at, COALESCE(used_from, '') AS used_from
	FROM api_keys`

// Keys lists the API keys of the organization, newest first, revoked ones too.
func (s *Store) Keys(ctx context.Context, a Actor) ([]Key, error) {
	return guard.View(ctx, s.db, a, guard.KeyList, func(tx *guard.ReadTx) ([]Key, error) {
		var rows []keyRow
		if err := tx.Select(&rows, keyColumns+`
			WHERE org = :org_id
			ORDER BY created_at DESC, id DESC`, nil); err != nil {
			return nil, err
		}
		keys := make([]Key, len(rows))
		for i, row := range rows {
			keys[i] = row.key()
		}
		return keys, nil
	})
}

// Key returns one of them to somebody who may revoke it.
func (s *Store) Key(ctx context.Context, a Actor, id string) (Key, error) {
	return guard.ViewOf(ctx, s.db, a, guard.KeyRevoke, thisKey(id), func(tx *guard.ReadTx) (Key, error) {
		row, err := getKey(tx, id)
		return row.key(), err
	})
}

// KeyForm says whether the actor may make keys.
func (s *Store) KeyForm(ctx context.Context, a Actor) error {
	_, err := guard.View(ctx, s.db, a, guard.KeyCreate, func(*guard.ReadTx) (struct{}, error) { return struct{}{}, nil })
	return err
}

// CreateKey makes an API key and returns its token, which is kept nowhere.
func (s *Store) CreateKey(ctx context.Context, a Actor, n NewKey) (Key, string, error) {
	if err := checkFree("name", n.Name, "a name for the key"); err != nil {
		return Key{}, "", err
	}
	if err := checkScopes(n.Scopes); err != nil {
		return Key{}, "", err
	}
	token := newKeyToken(guard.KeyPrefix)
	key, err := guard.Act(ctx, s.db, a, guard.KeyCreate, newKey, func(tx *guard.WriteTx) (Key, error) {
		id, words := newID(), scopeWords(n.Scopes)
		*tx.Target() = guard.Target{Kind: "key", ID: id, Name: n.Name, Detail: keyDetail(words, n.Lasts)}
		if _, err := tx.Exec(`
			INSERT INTO api_keys (id, org, name, token_hash, hint, scopes, made_by, made_by_name, created_at, expires_at)
			VALUES (:id, :org_id, :name, :token_hash, :hint, :scopes, :by, :by_name, :now, :expires_at)`,
			guard.Args{"id": id, "name": n.Name, "token_hash": guard.TokenHash(token), "hint": token[:len(guard.KeyPrefix)+4],
				"scopes": words, "by": orNull(tx.Actor()), "by_name": tx.ActorName(), "now": guard.Micro(tx.Now()),
				"expires_at": endOf(tx.Now(), n.Lasts)}); err != nil {
			return Key{}, err
		}
		row, err := getKey(tx, id)
		return row.key(), err
	})
	if err != nil {
		return Key{}, "", err
	}
	return key, token, nil
}

// RevokeKey makes a key stop at its next request. One that was revoked before stays
// as it is.
func (s *Store) RevokeKey(ctx context.Context, a Actor, id string) (Key, error) {
	return guard.Act(ctx, s.db, a, guard.KeyRevoke, thisKey(id), func(tx *guard.WriteTx) (Key, error) {
		if err := revokeKey(tx, id); err != nil {
			return Key{}, err
		}
		row, err := getKey(tx, id)
		return row.key(), err
	})
}

func revokeKey(tx *guard.WriteTx, id string) error {
	_, err := tx.Exec(`UPDATE api_keys SET revoked_at = :now WHERE org = :org_id AND id = :id AND revoked_at IS NULL`,
		guard.Args{"now": guard.Micro(tx.Now()), "id": id})
	return err
}

// KeyActor returns the actor for a token of an API key, or for one that it was
// exchanged for. A wrong, revoked or expired one is Unauthenticated, and Limited
// after 60 of them in a minute from one network; a right one is never held up.
func (s *Store) KeyActor(ctx context.Context, token string, o Origin) (Actor, error) {
	return guard.KeyActor(ctx, s.db, token, o, func() error {
		_, err := s.wrongKeys.begin(limit{"keys " + network(o.Address), wrongKeysPerNetwork})
		return err
	})
}

// accessTokenLasts is how long a token from /oauth/token works.
const accessTokenLasts = 24 * time.Hour

// AccessToken is a token that a key was exchanged for.
type AccessToken struct {
	Token  string
	Scopes []Scope
	Lasts  time.Duration
}

// NewAccessToken exchanges a key, by its id and token, for an access token with the
// scopes of the key, or with those of them that are wanted. It dies with the key.
// Anything that is not a live key is Unauthenticated, or Limited as for KeyActor.
func (s *Store) NewAccessToken(ctx context.Context, o Origin, id, keyToken string, wanted []Scope) (AccessToken, error) {
	if !strings.HasPrefix(keyToken, guard.KeyPrefix) {
		keyToken = "" // an access token does not beget another
	}
	a, err := s.KeyActor(ctx, keyToken, o)
	if err != nil {
		return AccessToken{}, err
	}
	if a.ID() != id {
		return AccessToken{}, guard.NoKey()
	}
	made := AccessToken{Token: newKeyToken(guard.AccessPrefix), Lasts: accessTokenLasts}
	return guard.Act(ctx, s.db, a, guard.TokenMake, thisKey(id), func(tx *guard.WriteTx) (AccessToken, error) {
		row, err := getKey(tx, id)
		if err != nil {
			return AccessToken{}, err
		}
		made.Scopes = row.key().Scopes
		if len(wanted) > 0 {
			made.Scopes = slices.DeleteFunc(made.Scopes, func(scope Scope) bool { return !slices.Contains(wanted, scope) })
		}
		tx.Target().Detail = scopeWords(made.Scopes)
		_, err = tx.Exec(`
			INSERT INTO access_tokens (token_hash, org, key, scopes, created_at, expires_at)
			VALUES (:token_hash, :org_id, :key, :scopes, :now, :expires_at)`,
			guard.Args{"token_hash": guard.TokenHash(made.Token), "key": id, "scopes": scopeWords(made.Scopes),
				"now": guard.Micro(tx.Now()), "expires_at": guard.Micro(tx.Now().Add(made.Lasts))})
		return made, err
	})
}

func getKey(tx getter, id string) (keyRow, error) {
	var row keyRow
	err := tx.Get(&row, keyColumns+` WHERE org = :org_id AND id = :id`, guard.Args{"id": id})
	return row, err
}

func thisKey(id string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		row, err := getKey(tx, id)
		return []guard.Target{{Kind: "key", ID: row.ID, Name: row.Name}}, err
	}
}

func newKey(*guard.WriteTx) ([]guard.Target, error) {
	return []guard.Target{{Kind: "key"}}, nil
}

func checkScopes(chosen []Scope) error {
	if len(chosen) == 0 {
		return guard.Errorf(Invalid, "scopes", "Choose at least one scope.")
	}
	for _, scope := range chosen {
		if !slices.Contains(guard.Scopes(), scope) {
			return guard.Errorf(Invalid, "scopes", "Use scopes of this list: %s.", scopeWords(guard.Scopes()))
		}
	}
	return nil
}

// scopeWords are scopes in the order of the list, each once, as they are stored.
func scopeWords(chosen []Scope) string {
	var words []string
	for _, scope := range guard.Scopes() {
		if slices.Contains(chosen, scope) {
			words = append(words, string(scope))
		}
	}
	return strings.Join(words, " ")
}

func keyDetail(scopes string, lasts time.Duration) string {
	if lasts == 0 {
		return scopes + ", never expires"
	}
	return fmt.Sprintf("%s, for %d days", scopes, lasts/(24*time.Hour))
}

// endOf is when something that lasts so long ends, as it is stored.
func endOf(now time.Time, lasts time.Duration) any {
	if lasts == 0 {
		return nil
	}
	return guard.Micro(now.Add(lasts))
}

// orNull stores the id of the operator, who has none.
func orNull(id string) any {
	if id == "" {
		return nil
	}
	return id
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newKeyToken makes a token: prefix, random characters, and six that check the
// rest, so that a scanner for leaked tokens can tell one from chance.
func newKeyToken(prefix string) string {
	token := []byte(prefix)
	for range keyRandom {
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(base62)))) // never fails: crypto/rand
		token = append(token, base62[n.Int64()])
	}
	return string(token) + tokenCheck(string(token))
}

// tokenCheck is the CRC-32 (IEEE) of a token's beginning, in base62.
func tokenCheck(text string) string {
	sum := crc32.ChecksumIEEE([]byte(text))
	check := make([]byte, 6)
	for i := len(check) - 1; i >= 0; i-- {
		check[i] = base62[sum%62]
		sum /= 62
	}
	return string(check)
}
