package dashboard

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// SecretDetail is a secret with its history: what the drawer shows, or a page.
func (d *Dashboard) SecretDetail(c echo.Context, a store.Actor) error {
	return d.drawDetail(c, a, nil)
}

// drawDetail draws the detail of a secret, with one of its versions open or none.
func (d *Dashboard) drawDetail(c echo.Context, a store.Actor, open *views.RevealedProps) error {
	at := placeOf(c, a)
	s, err := d.store.SecretDetail(c.Request().Context(), a, at.in, c.Param("secret"))
	if err != nil {
		return err
	}
	p := d.secretDetail(a, at, s)
	p.Open = open
	return d.dialogIn(c, a, http.StatusOK, at.section, sheet{s.Name, p.Parent, p.ParentURL, views.SecretDetail(p)})
}

func (d *Dashboard) secretDetail(a store.Actor, at place, s store.SecretDetail) views.SecretDetailProps {
	p := views.SecretDetailProps{
		Secret: d.versionSlot(a, at, s.Secret, max(s.Version, 1)),
		URL:    at.secret(s.ID), Parent: at.parent(s.Hook), ParentURL: at.showing(s.ID),
		Created: d.when(s.CreatedAt), CreatedBy: s.CreatedBy, Destroyed: s.Destroyed,
	}
	for _, v := range s.Versions {
		if v.Version == s.Version {
			p.KeyID = v.KeyID
		}
		p.Versions = append(p.Versions, views.VersionProps{
			Slot: d.versionSlot(a, at, s.Secret, v.Version),
			Made: d.when(v.MadeAt), MadeBy: v.MadeBy, RestoredFrom: v.RestoredFrom, SameAs: v.SameAs,
		})
	}
	p.Lock = lock(a, at)
	if a.Can(store.ReadAudit) {
		p.UsesURL = secretAuditURL(a.Org().Slug, s.ID)
	}
	p.Uses, p.Reads = d.secretUses(s.Uses), d.secretUses(s.Reads)
	if a.Can(at.edits) {
		p.DestroyURL = p.URL + "/destroy"
	}
	return p
}

func (d *Dashboard) secretUses(uses []store.SecretUse) []views.UseProps {
	var list []views.UseProps
	for _, u := range uses {
		list = append(list, views.UseProps{By: u.By, How: u.How, Version: u.Version, Times: u.Times, Last: d.when(u.LastAt)})
	}
	return list
}

// versionSlot is one version of a secret in the drawer. An older one can be restored
// rather than edited.
func (d *Dashboard) versionSlot(a store.Actor, at place, s store.Secret, version int64) views.SecretProps {
	p := d.secretRow(a, at, s)
	p.Slot = version
	url := at.version(s.ID, version)
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
	at := placeOf(c, a)
	s, err := d.store.SecretDetail(c.Request().Context(), a, at.in, c.Param("secret"))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(s.Versions, func(v store.SecretVersion) bool { return v.Version == version(c) }) {
		return echo.ErrNotFound
	}
	if !IsHTMX(c) {
		return redirect(c, at.secret(s.ID))
	}
	slot := d.versionSlot(a, at, s.Secret, version(c))
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
	base, err := f.base()
	if err != nil {
		return err
	}
	at := placeOf(c, a)
	s, err := d.store.RestoreSecretVersion(c.Request().Context(), a, at.in, c.Param("secret"), version(c), base)
	if err != nil {
		return err
	}
	done := views.ToastProps{
		Kind: "ok", Name: s.Name, Text: fmt.Sprintf("restored from version %d", version(c)), Detail: fmt.Sprintf("It is version %d now.", s.Version),
	}
	if !IsHTMX(c) {
		return d.leave(c, at.secret(s.ID), done)
	}
	return d.secretChanged(c, a, at, s.ID, done)
}

// drawerPart is the drawer after a change: the detail as it is now, or nothing if the
// secret is gone. It is empty for a page whose drawer shows something else.
func (d *Dashboard) drawerPart(c echo.Context, a store.Actor, at place) (templ.Component, error) {
	if under(c).Path != at.secret(c.Param("secret")) {
		return templ.NopComponent, nil
	}
	s, err := d.store.SecretDetail(c.Request().Context(), a, at.in, c.Param("secret"))
	if store.CodeOf(err) == store.NotFound {
		return views.DrawerEmptied(), nil
	}
	p := d.secretDetail(a, at, s)
	p.OutOfBand = true
	return views.SecretDetail(p), err
}
