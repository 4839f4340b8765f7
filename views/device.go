package views

import "strings"

// device is what a user agent is called.
type device struct{ words, icon string }

// named is a part of a user agent and what it is called.
type named struct{ part, name string }

// browsers are looked for in this order: each calls itself like the ones that
// follow, too.
var browsers = []named{
	{"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
	{"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
}

var systems = []struct {
	named
	icon string
}{
	{named{"iPhone", "iPhone"}, "smartphone"}, {named{"iPad", "iPad"}, "tablet"}, {named{"Android", "Android"}, "smartphone"},
	{named{"Windows", "Windows"}, "monitor"}, {named{"CrOS", "ChromeOS"}, "monitor"},
	{named{"Mac OS X", "Mac"}, "monitor"}, {named{"Linux", "Linux"}, "monitor"},
}

// agentShown is how many characters of an unknown agent are shown.
const agentShown = 48

// deviceOf reads a user agent: "Firefox on Linux". One that doesn't name a browser
// and a system that are known stands as it came, cut.
func deviceOf(agent string) device {
	for _, b := range browsers {
		if !strings.Contains(agent, b.part) {
			continue
		}
		for _, s := range systems {
			if strings.Contains(agent, s.part) {
				return device{b.name + " on " + s.name, s.icon}
			}
		}
	}
	text := []rune(agent)
	switch {
	case len(text) == 0:
		return device{"Unknown device", "circle-help"}
	case len(text) > agentShown:
		return device{string(text[:agentShown]) + "…", "circle-help"}
	default:
		return device{agent, "circle-help"}
	}
}
