package store_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// 0.3: no value, password or token stands in the database, its WAL or any other file
// of the data directory, in clear, as hex or in base64; nor the master key.
func TestNothingPlantedIsOnDisk(t *testing.T) {
	w := newWorld(t)
	a, org, op := w.Actor(t, acme, "editor"), w.Org(acme), w.Operator()
	plants := map[string]string{
		"value": org.Value, "new value": "planted-new-value-3e21", "refused value": "planted-refused-5b5b", "late value": "planted-late-7c7c",
		"password": password, "new password": "planted new password", "wrong password": "planted wrong password", "short password": "planted-shor",
		"session token": w.Token(acme, "editor"), "master key": storetest.Key,
	}
	plants["raw master key"] = string(must(base64.StdEncoding.DecodeString(storetest.Key))(t))

	change := store.SecretChange{Base: 1, Name: "API_KEY", Value: ptr(store.NewPlaintext(plants["new value"]))}
	must(w.ChangeSecret(ctx, a, org.Place(), org.Secret, change))(t)
	must(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, ""))(t)
	must(w.CopySecret(ctx, a, org.Place(), org.Secret, 0))(t)
	change.Value = ptr(store.NewPlaintext(plants["late value"]))
	_, stale := w.ChangeSecret(ctx, a, org.Place(), org.Secret, change)
	_, taken := w.AddSecret(ctx, a, org.Place(), store.NewSecret{Name: "API_KEY", Value: store.NewPlaintext(plants["refused value"])})
	_, wrong := w.SignIn(ctx, from(""), "editor@acme.example", plants["wrong password"], "")
	_, unknown := w.SignIn(ctx, from(""), "nobody@acme.example", plants["wrong password"], plants["session token"])
	_, short := w.CreateUser(ctx, op, "x@example.com", "X", plants["short password"][:11])
	if errors.Join(stale, taken, wrong, unknown, short) == nil {
		t.Error("nothing was refused")
	}
	w.plantImports(t, a, plants)
	confirmed := must(w.Confirm(ctx, w.Person(t, acme, "editor"), password))(t)
	link := must(w.NewResetLink(ctx, op, "editor@acme.example"))(t)
	reset := must(w.ResetPassword(ctx, from(""), link, plants["new password"]))(t)
	plants["confirmed token"], plants["reset link"], plants["reset token"] = confirmed.Token, link, reset.Token

	key, keyToken := w.newKey(t, w.Actor(t, acme, "admin"), 0, store.Scopes()...)
	plants["key"], plants["access token"] = keyToken, must(w.NewAccessToken(ctx, from(""), key.ID, keyToken, nil))(t).Token

	_, plants["invitation"] = w.invite(t, "admin", "leo@example.com", store.Editor)
	joined, _, err := w.JoinAsNew(ctx, from(""), plants["invitation"], "Leo Brandt", "planted joining password")
	if err != nil {
		t.Fatal(err)
	}
	plants["joining password"], plants["joined token"] = "planted joining password", joined.Token

	files := must(filepath.Glob(filepath.Join(w.Dir, "*")))(t)
	if len(files) < 3 {
		t.Fatalf("files are %v; the WAL is looked through as well", files)
	}
	for _, file := range files {
		content := must(os.ReadFile(file))(t)
		lower := bytes.ToLower(content)
		for what, plant := range plants {
			for encoding, text := range encodings(plant) {
				if bytes.Contains(content, []byte(text)) || encoding == "hex" && bytes.Contains(lower, []byte(text)) {
					t.Errorf("%s holds the %s, %s", filepath.Base(file), what, encoding)
				}
			}
		}
	}
	if !bytes.Contains(must(os.ReadFile(files[0]))(t), []byte("API_KEY")) {
		t.Errorf("%s does not hold the name of the secret: looked in the wrong place", files[0])
	}
}

// plantImports imports values that stay, that are refused, that wait, and that nobody
// applied in time.
func (w *world) plantImports(t *testing.T, a store.Actor, plants map[string]string) {
	t.Helper()
	in := w.Org(acme).Place()
	for what, plant := range map[string]string{
		"imported value": "planted-imported-1f6a", "forgotten value": "planted-forgotten-2d7b", "waiting value": "planted-waiting-9e3c",
		"value as a name": "planted/as=a name-4b8d", "value of a bad name": "planted-badly-6c2f", "value that comes twice": "planted-twice-8a5e",
	} {
		plants[what] = plant
	}
	w.importAll(t, a, in, brought("IMPORTED", plants["imported value"]), brought(plants["value as a name"], plants["value of a bad name"]),
		brought("TWICE", plants["value that comes twice"]), brought("TWICE", "x"))
	must(w.PlanSecrets(ctx, a, in, "dotenv", []store.ImportedSecret{brought("FORGOTTEN", plants["forgotten value"])}))(t)
	w.sql(t, `UPDATE import_plans SET expires_at = 1`)
	if err := w.ForgetExpiredSessions(ctx); err != nil {
		t.Fatal(err)
	}
	must(w.PlanSecrets(ctx, a, in, "dotenv", []store.ImportedSecret{brought("WAITING", plants["waiting value"])}))(t)
	must(w.PlanHooks(ctx, a, "auth0-yaml", []store.ImportedHook{broughtHook("waits", brought("WAITING", plants["waiting value"]))}))(t)
	if n := stored[int](t, w, `SELECT count(*) FROM import_plans`); n != 2 {
		t.Errorf("%d imports wait", n)
	}
}

// encodings are the forms in which a text could stand in a file; base64 in each of the
// three ways in which it can be cut into threes.
func encodings(text string) map[string]string {
	all := map[string]string{"in clear": text, "hex": hex.EncodeToString([]byte(text)), "backwards": reversed(text)}
	for shift := range 3 {
		whole := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + text))
		inner := whole[4 : len(whole)-4] // of which every character is made by text alone
		all["base64 "+string(rune('0'+shift))] = inner
		all["base64 for addresses "+string(rune('0'+shift))] = strings.NewReplacer("+", "-", "/", "_").Replace(inner)
	}
	return all
}

func reversed(text string) string {
	b := []byte(text)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
