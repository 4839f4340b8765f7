package dashboard

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// detailURL is the address of the secret that a request is about.
func detailURL(c echo.Context, a store.Actor) string {
	return secretURL(a.Org().Slug, c.Param("hook"), c.Param("secret"))
}

// SecretDetail is a secret with its history: what the drawer shows, or a page.
func (d *Dashboard) SecretDetail(c echo.Context, a store.Actor) error {
	return d.drawDetail(c, a, nil)
}

// drawDetail draws the detail of a secret, with one of its versions open or none.
func (d *Dashboard) drawDetail(c echo.Context, a store.Actor, open *views.RevealedProps) error {
	s, err := d.store.SecretDetail(c.Request().Context(), a, place(c), c.Param("secret"))
	if err != nil {
		return err
	}
	p := d.secretDetail(a, s)
	p.Open = open
	return d.dialog(c, a, http.StatusOK, sheet{s.Name, s.Hook.Name, p.HookURL, views.SecretDetail(p)})
}

func (d *Dashboard) secretDetail(a store.Actor, s store.SecretDetail) views.SecretDetailProps {
	org := a.Org().Slug
	p := views.SecretDetailProps{
		Secret: d.versionSlot(a, s.Hook.ID, s.Secret, max(s.Version, 1)),
		URL:    secretURL(org, s.Hook.ID, s.ID), Hook: s.Hook.Name, HookURL: secretsURL(org, s.Hook.ID),
		Created: d.when(s.CreatedAt), CreatedBy: s.CreatedBy, Destroyed: s.Destroyed,
	}
	for _, v := range s.Versions {
		if v.Version == s.Version {
			p.KeyID = v.KeyID
		}
		p.Versions = append(p.Versions, views.VersionProps{
			Slot: d.versionSlot(a, s.Hook.ID, s.Secret, v.Version),
			Made: d.when(v.MadeAt), MadeBy: v.MadeBy, RestoredFrom: v.RestoredFrom, SameAs: v.SameAs,
		})
	}
	if !a.Can(store.RevealHookSecrets) {
		p.Role = a.Role().Title()
	}
	if a.Can(store.ReadAudit) {
		p.UsesURL = secretAuditURL(org, s.ID)
	}
	p.Uses, p.Reads = d.secretUses(s.Uses), d.secretUses(s.Reads)
	if a.Can(store.EditHookSecrets) {
		p.DestroyURL = p.URL + "/destroy"
	}
	return p
}

func (d *Dashboard) secretUses(uses []store.SecretUse) []views.UseProps {
	var list []views.UseProps
	for _, u := range uses {
		list = append(list, views.UseProps{By: u.By, Copied: u.How == "copy", Version: u.Version, Times: u.Times, Last: d.when(u.LastAt)})
	}
	return list
}

// versionSlot is one version of a secret in the drawer. An older one can be restored
// rather than edited.
func (d *Dashboard) versionSlot(a store.Actor, hook string, s store.Secret, version int64) views.SecretProps {
	p := d.secretRow(a, hook, s)
	p.Slot = version
	url := versionURL(a.Org().Slug, hook, s.ID, version)
	if p.RevealURL != "" {
		p.RevealURL, p.CopyURL = url+"/reveal", url+"/copy"
	}
	if p.EditURL != "" && version < s.Version {
		p.RestoreURL, p.Base = url+"/restore", s.Revision
	}
	return p
}

// SecretVersion is the slot of one version with its value hidden, which takes the
// place of the open one. As a page it is the detail of the secret.
func (d *Dashboard) SecretVersion(c echo.Context, a store.Actor) error {
	s, err := d.store.SecretDetail(c.Request().Context(), a, place(c), c.Param("secret"))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(s.Versions, func(v store.SecretVersion) bool { return v.Version == version(c) }) {
		return echo.ErrNotFound
	}
	if !IsHTMX(c) {
		return redirect(c, detailURL(c, a))
	}
	slot := d.versionSlot(a, s.Hook.ID, s.Secret, version(c))
	if err := trigger(c, map[string]any{"say": slot.Label() + " hidden"}); err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.Secret(slot))
}

// RestoreSecretVersion makes the value of an older version the current one.
func (d *Dashboard) RestoreSecretVersion(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "base")
	if err != nil {
		return err
	}
	base, err := strconv.ParseInt(f.line("base"), 10, 64)
	if err != nil {
		return errBadForm
	}
	s, err := d.store.RestoreSecretVersion(c.Request().Context(), a, place(c), c.Param("secret"), version(c), base)
	if err != nil {
		return err
	}
	done := views.ToastProps{
		Kind: "ok", Name: s.Name, Text: fmt.Sprintf("restored from version %d", version(c)), Detail: fmt.Sprintf("It is version %d now.", s.Version),
	}
	if !IsHTMX(c) {
		return d.leave(c, detailURL(c, a), done)
	}
	return d.secretChanged(c, a, s.ID, done)
}

// drawerPart is the drawer after a change: the detail as it is now, or nothing if the
// secret is gone. It is empty for a page whose drawer shows something else.
func (d *Dashboard) drawerPart(c echo.Context, a store.Actor) (templ.Component, error) {
	if under(c).Path != detailURL(c, a) {
		return templ.NopComponent, nil
	}
	s, err := d.store.SecretDetail(c.Request().Context(), a, place(c), c.Param("secret"))
	if store.CodeOf(err) == store.NotFound {
		return views.DrawerEmptied(), nil
	}
	p := d.secretDetail(a, s)
	p.OutOfBand = true
	return views.SecretDetail(p), err
}
