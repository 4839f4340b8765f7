package demo

import (
	"context"
	"encoding/base32"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"hooksafe/store"
)

// story is the telling: the store, its clock, and what the people have made so far.
type story struct {
	ctx     context.Context
	store   *store.Store
	clock   *clock
	end     time.Time
	chance  *rand.Rand // how long things take: always the same
	hooks   map[string]string
	deleted map[string]string // ids of what was deleted, by name
	keys    map[string]string // tokens of API keys, by name
	tokens  Tokens
}

func newStory(ctx context.Context, s *store.Store, c *clock, end time.Time) *story {
	return &story{
		ctx: ctx, store: s, clock: c, end: end, chance: rand.New(rand.NewPCG(20, 11)),
		hooks: map[string]string{}, deleted: map[string]string{}, keys: map[string]string{}, tokens: Tokens{},
	}
}

// visit is one time that somebody signs in, or that a program comes by an API key, and
// does something.
type visit struct {
	day int    // working days before the end; 0 is the day of the end itself
	at  string // the time of day in UTC; on day 0 how long before the end
	who *Person
	key string // the name of the API key, if it is a program
	do  []deed

	mistyped int // passwords, before the right one
}

// deed is one thing that a visitor does.
type deed func(v *visitor) error

// visitor is somebody who is signed in, acting in the organization.
type visitor struct {
	*story
	store.Actor
	session store.ServerActor
}

// tell makes the people and the organizations, and then goes through the diary.
func (t *story) tell() error {
	if err := t.found(); err != nil {
		return err
	}
	for _, v := range diary {
		if err := t.receive(v); err != nil {
			return fmt.Errorf("%s, %d working days before the end at %s: %w", v.name(), v.day, v.at, err)
		}
	}
	for _, p := range People {
		if t.tokens[p.Email] != "" {
			continue
		}
		if err := t.arrive(p); err != nil {
			return err
		}
	}
	if err := t.clock.moveTo(t.end); err != nil {
		return err
	}
	return t.store.ForgetExpiredSessions(t.ctx)
}

func (v visit) name() string {
	if v.key != "" {
		return v.key
	}
	return v.who.Name
}

// found does what an operator does on the host.
func (t *story) found() error {
	t.clock.advance(8 * time.Hour)
	op := t.store.Operator()
	for _, p := range append([]*Person{ines}, People...) {
		t.pass()
		if _, err := t.store.CreateUser(t.ctx, op, p.Email, p.Name, Password); err != nil {
			return err
		}
	}
	if _, err := t.store.CreateOrganization(t.ctx, op, Name, Slug, priya.Email); err != nil {
		return err
	}
	_, err := t.store.CreateOrganization(t.ctx, op, OtherName, OtherSlug, priya.Email)
	return err
}

// receive lets one visit happen.
func (t *story) receive(v visit) error {
	at, err := t.time(v)
	if err != nil {
		return err
	}
	if err := t.clock.moveTo(at); err != nil {
		return err
	}
	if v.key != "" {
		return t.run(v)
	}
	if err := t.mistype(v.who, v.mistyped); err != nil {
		return err
	}
	guest, _, err := t.signIn(v.who)
	if err != nil {
		return err
	}
	for _, do := range v.do {
		t.pass()
		if err := do(guest); err != nil {
			return err
		}
	}
	t.pass()
	return t.store.SignOut(t.ctx, guest.session)
}

// run lets a program do what it does, all at once.
func (t *story) run(v visit) error {
	actor, err := t.store.KeyActor(t.ctx, t.keys[v.key], t.from(runner))
	if err != nil {
		return err
	}
	return atOnce(v.do...)(&visitor{story: t, Actor: actor})
}

// runner is the machine on which programs run.
var runner = &Person{address: "198.51.100.77", agent: "curl/8.5.0"}

// time is when a visit begins.
func (t *story) time(v visit) (time.Time, error) {
	if v.day == 0 {
		before, err := time.ParseDuration(v.at)
		return t.end.Add(-before), err
	}
	clock, err := time.Parse("15:04", v.at)
	return workday(t.end, v.day).Add(clock.Sub(clock.Truncate(24 * time.Hour))), err
}

// arrive signs somebody in who stays.
func (t *story) arrive(p *Person) error {
	if err := t.clock.moveTo(t.end.Add(-time.Minute)); err != nil {
		return err
	}
	_, token, err := t.signIn(p)
	t.tokens[p.Email] = token
	return err
}

// mistype tries to sign in with another password.
func (t *story) mistype(p *Person, times int) error {
	for range times {
		_, err := t.store.SignIn(t.ctx, t.from(p), p.Email, "not "+Password, "")
		if store.CodeOf(err) != store.Invalid {
			return fmt.Errorf("the answer was not that the password is wrong: %w", err)
		}
		t.pass()
	}
	return nil
}

// signIn is a person who comes to work.
func (t *story) signIn(p *Person) (guest *visitor, token string, err error) {
	from := t.from(p)
	session, err := t.store.SignIn(t.ctx, from, p.Email, Password, "")
	if err != nil {
		return nil, "", err
	}
	person, err := t.store.Person(t.ctx, session.Token, from)
	if err != nil {
		return nil, "", err
	}
	actor, err := t.store.MemberActor(t.ctx, person, Slug)
	return &visitor{t, actor, person}, session.Token, err
}

// from is where a person's requests come from.
func (t *story) from(p *Person) store.Origin {
	request := make([]byte, 10)
	for i := range request {
		request[i] = byte(t.chance.Uint32())
	}
	return store.Origin{
		Address: p.address, Agent: p.agent,
		Request: "req_" + strings.ToLower(base32.StdEncoding.EncodeToString(request)),
	}
}

// pass lets as much time pass as a person takes to find the next thing.
func (t *story) pass() { t.clock.advance(time.Duration(20+t.chance.IntN(40)) * time.Second) }

// place is a hook, or the organization itself, as the place of its secrets.
func (v *visitor) place(hook string) store.Place {
	if hook == shared {
		return store.OrganizationPlace()
	}
	return store.HookPlace(v.hooks[hook])
}

// secret finds a secret by its name.
func (v *visitor) secret(hook, name string) (store.Secret, error) {
	list, err := v.store.Secrets(v.ctx, v.Actor, v.place(hook))
	if err != nil {
		return store.Secret{}, err
	}
	for _, s := range list.Secrets {
		if s.Name == name {
			return s, nil
		}
	}
	return store.Secret{}, fmt.Errorf("there is no %s in %s", name, hook)
}

// makes creates a hook, which is off.
func makes(hook, trigger string) deed {
	return func(v *visitor) error {
		made, err := v.store.CreateHook(v.ctx, v.Actor, hook, trigger)
		v.hooks[hook] = made.ID
		return err
	}
}

// duplicates makes a hook out of another, whose secrets then wait for values.
func duplicates(hook, name string) deed {
	return func(v *visitor) error {
		made, err := v.store.DuplicateHook(v.ctx, v.Actor, v.hooks[hook], name)
		v.hooks[name] = made.ID
		return err
	}
}

// saves stores one of the files as a hook's script.
func saves(hook, file string) deed {
	return func(v *visitor) error {
		text, err := script(file)
		if err != nil {
			return err
		}
		stored, err := v.store.Hook(v.ctx, v.Actor, v.hooks[hook])
		if err != nil {
			return err
		}
		_, err = v.store.SaveHook(v.ctx, v.Actor, stored.ID, store.HookChange{Base: stored.Revision, Script: &text})
		return err
	}
}

// switches turns hooks on or off.
func switches(hook string, on bool) deed {
	return func(v *visitor) error {
		_, _, err := v.store.EnableHook(v.ctx, v.Actor, v.hooks[hook], on)
		return err
	}
}

// adds adds secrets without a note.
func adds(hook string, names ...string) deed {
	return func(v *visitor) error {
		for _, name := range names {
			v.pass()
			if err := noted(hook, name, "")(v); err != nil {
				return err
			}
		}
		return nil
	}
}

// noted adds one secret with a note.
func noted(hook, name, note string) deed {
	return func(v *visitor) error {
		_, err := v.store.AddSecret(v.ctx, v.Actor, v.place(hook),
			store.NewSecret{Name: name, Note: note, Value: store.NewPlaintext(value(hook, name, 1))})
		return err
	}
}

// change edits what is stored of a secret.
func change(hook, name string, edit func(store.Secret, *store.SecretChange)) deed {
	return func(v *visitor) error {
		s, err := v.secret(hook, name)
		if err != nil {
			return err
		}
		c := store.SecretChange{Base: s.Revision, Name: s.Name, Note: s.Note}
		edit(s, &c)
		_, err = v.store.ChangeSecret(v.ctx, v.Actor, v.place(hook), s.ID, c)
		return err
	}
}

// sets stores a new version of a value.
func sets(hook, name string) deed {
	return change(hook, name, func(s store.Secret, c *store.SecretChange) {
		next := store.NewPlaintext(value(hook, name, s.Version+1))
		c.Value = &next
	})
}

// imports gives secrets new values by one file.
func imports(hook string, names ...string) deed {
	return func(v *visitor) error {
		in := v.place(hook)
		var file []store.ImportedSecret
		for _, name := range names {
			s, err := v.secret(hook, name)
			if err != nil {
				return err
			}
			file = append(file, store.ImportedSecret{Name: name, Value: store.NewPlaintext(value(hook, name, s.Version+1))})
		}
		plan, err := v.store.PlanSecrets(v.ctx, v.Actor, in, ".env", file)
		if err != nil {
			return err
		}
		v.pass()
		_, err = v.store.ApplyImport(v.ctx, v.Actor, in, plan.ID, plan.Token, store.AsPlanned())
		return err
	}
}

// renames gives a secret another name and keeps its value.
func renames(hook, from, to string) deed {
	return change(hook, from, func(_ store.Secret, c *store.SecretChange) { c.Name = to })
}

// notes changes what is written beside a secret.
func notes(hook, name, note string) deed {
	return change(hook, name, func(_ store.Secret, c *store.SecretChange) { c.Note = note })
}

// reveals looks at values, one right after the other.
func reveals(hook string, names ...string) deed {
	return each(hook, names, func(v *visitor, in store.Place, id string) error {
		_, err := v.store.RevealSecret(v.ctx, v.Actor, in, id, 0, "")
		return err
	})
}

// copies takes values without showing them.
func copies(hook string, names ...string) deed {
	return each(hook, names, func(v *visitor, in store.Place, id string) error {
		_, err := v.store.CopySecret(v.ctx, v.Actor, in, id, 0)
		return err
	})
}

// isDenied tries to look at values with a role that may not.
func isDenied(hook string, names ...string) deed {
	return each(hook, names, func(v *visitor, in store.Place, id string) error {
		_, err := v.store.RevealSecret(v.ctx, v.Actor, in, id, 0, "")
		if store.CodeOf(err) != store.Denied {
			return fmt.Errorf("the answer was not a refusal: %w", err)
		}
		return nil
	})
}

// atOnce does several things without a pause between them.
func atOnce(do ...deed) deed {
	return func(v *visitor) error {
		for _, d := range do {
			if err := d(v); err != nil {
				return err
			}
		}
		return nil
	}
}

func each(hook string, names []string, do func(v *visitor, in store.Place, id string) error) deed {
	return func(v *visitor) error {
		for _, name := range names {
			s, err := v.secret(hook, name)
			if err != nil {
				return err
			}
			if err := do(v, v.place(hook), s.ID); err != nil {
				return err
			}
			v.clock.advance(2 * time.Second)
		}
		return nil
	}
}

// reads takes values of the organization's own secrets for a program.
func reads(names ...string) deed {
	return func(v *visitor) error {
		for _, name := range names {
			if _, err := v.store.ReadSecret(v.ctx, v.Actor, v.place(shared), name); err != nil {
				return err
			}
			v.clock.advance(time.Second)
		}
		return nil
	}
}

// again does something several times, so far apart.
func again(times int, apart time.Duration, do deed) deed {
	return func(v *visitor) error {
		for range times {
			if err := do(v); err != nil {
				return err
			}
			v.clock.advance(apart)
		}
		return nil
	}
}

// restoresVersion makes an older value the newest one.
func restoresVersion(hook, name string, version int64) deed {
	return func(v *visitor) error {
		s, err := v.secret(hook, name)
		if err != nil {
			return err
		}
		_, err = v.store.RestoreSecretVersion(v.ctx, v.Actor, v.place(hook), s.ID, version, s.Revision)
		return err
	}
}

// deletes hides a secret, which can be brought back for 7 days.
func deletes(hook, name string) deed {
	return func(v *visitor) error {
		s, err := v.secret(hook, name)
		if err != nil {
			return err
		}
		v.deleted[name] = s.ID
		_, err = v.store.DeleteSecret(v.ctx, v.Actor, v.place(hook), s.ID, name)
		return err
	}
}

// restores brings a deleted secret back.
func restores(hook, name string) deed {
	return func(v *visitor) error {
		_, err := v.store.RestoreSecret(v.ctx, v.Actor, v.place(hook), v.deleted[name])
		return err
	}
}

// deletesHook hides a hook with its secrets.
func deletesHook(hook string) deed {
	return func(v *visitor) error {
		_, err := v.store.DeleteHook(v.ctx, v.Actor, v.hooks[hook], hook)
		return err
	}
}

// restoresHook brings a deleted hook back.
func restoresHook(hook string) deed {
	return func(v *visitor) error {
		_, err := v.store.RestoreHook(v.ctx, v.Actor, v.hooks[hook])
		return err
	}
}

// joins makes somebody a member.
func joins(p *Person, role store.Role) deed {
	return func(v *visitor) error {
		_, err := v.store.AddMember(v.ctx, v.Actor, p.Email, role)
		return err
	}
}

// invites makes a link that nobody follows.
func invites(email string, role store.Role) deed {
	return func(v *visitor) error {
		_, _, err := v.store.CreateInvitation(v.ctx, v.Actor, email, role)
		return err
	}
}

// removes ends a membership.
func removes(p *Person) deed {
	return func(v *visitor) error {
		_, err := v.store.RemoveMember(v.ctx, v.Actor, p.Email)
		return err
	}
}

// becomes changes a member's role.
func becomes(p *Person, role store.Role) deed {
	return func(v *visitor) error {
		_, err := v.store.SetMemberRole(v.ctx, v.Actor, p.Email, role)
		return err
	}
}

// exports takes the audit log.
func exports(v *visitor) error {
	pieces, err := v.store.ExportAudit(v.ctx, v.Actor, store.AuditFilter{}, store.JSONLines)
	if err != nil {
		return err
	}
	for _, err := range pieces {
		if err != nil {
			return err
		}
	}
	return nil
}

// makesKey makes an API key, for so many days or, with 0, for ever.
func makesKey(name string, days int, scopes ...store.Scope) deed {
	return func(v *visitor) error {
		lasts := time.Duration(days) * 24 * time.Hour
		_, token, err := v.store.CreateKey(v.ctx, v.Actor, store.NewKey{Name: name, Scopes: scopes, Lasts: lasts})
		v.keys[name] = token
		return err
	}
}

// elsewhere does things in the other organization.
func elsewhere(do ...deed) deed {
	return func(v *visitor) error {
		actor, err := v.store.MemberActor(v.ctx, v.session, OtherSlug)
		if err != nil {
			return err
		}
		there := &visitor{v.story, actor, v.session}
		for _, d := range do {
			v.pass()
			if err := d(there); err != nil {
				return err
			}
		}
		return nil
	}
}

// person is who the visitor is.
func (v *visitor) person() *Person {
	for _, p := range People {
		if p.Email == v.session.Email() {
			return p
		}
	}
	panic("a visitor whom nobody knows")
}

// fromPhone signs in with a phone as well, and stays signed in there.
func fromPhone(v *visitor) error {
	phone := *v.person()
	phone.agent, phone.address = safariOnPhone, "2001:db8:24::7"
	_, _, err := v.signIn(&phone)
	return err
}

// stays signs in once more, and then does nothing until the end.
func stays(v *visitor) error {
	_, token, err := v.signIn(v.person())
	v.tokens[v.session.Email()] = token
	return err
}
