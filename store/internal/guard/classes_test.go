package guard

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// Every action is in the list, so that no filter over a log forgets one.
func TestActionsAreAllListed(t *testing.T) {
	source, err := os.ReadFile("permission.go")
	if err != nil {
		t.Fatal(err)
	}
	made := regexp.MustCompile(`= Action\{"([a-z_.]+)", `).FindAllSubmatch(source, -1)
	if len(made) != len(actions) {
		t.Errorf("%d actions are made, %d are listed", len(made), len(actions))
	}
	for _, m := range made {
		if ClassOf(string(m[1])) == "" {
			t.Errorf("%s is not listed", m[1])
		}
	}
	for i, a := range actions {
		if slices.Contains(actions[:i], a) {
			t.Errorf("%s is listed twice", a.name)
		}
	}
	if ClassOf("secret.eat") != "" {
		t.Error("an action that there is none of has a class")
	}
}

func TestActionsOfAClass(t *testing.T) {
	if got := ActionsOf(ClassOpen); !slices.Equal(got, []string{"secret.reveal", "secret.copy", "secret.export"}) {
		t.Errorf("values are opened by %v", got)
	}
	for _, name := range ActionsOf(ClassChange) {
		if ClassOf(name) != ClassChange || slices.Contains(ActionsOf(ClassOpen), name) {
			t.Errorf("%s is no change", name)
		}
	}
	offered := MemberActions()
	for name, want := range map[string]bool{
		"secret.reveal": true, "secret.burst": true, "member.role": true, "audit.export": true, "hook.destroy": true,
		"hook.read": false, "user.sign_in": false, "server.init": false,
	} {
		if slices.Contains(offered, name) != want {
			t.Errorf("%s is offered: %v", name, !want)
		}
	}
}
