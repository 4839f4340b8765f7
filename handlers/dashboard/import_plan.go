package dashboard

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// maxDrawn is how many items of a plan a page shows. The others are carried out as they
// are chosen already.
const maxDrawn = 500

func (d *Dashboard) planProps(at importPlace, plan store.Plan) views.ImportPlanProps {
	p := views.ImportPlanProps{
		URL: at.plan(plan.ID), BackURL: at.list, AgainURL: importURL(at.list), Into: at.into(),
		Token: plan.Token, Shown: min(len(plan.Items), maxDrawn), Unlisted: plan.Unlisted,
		Quota: views.Quota{Used: plan.After, Limit: plan.Limit},
	}
	for i, item := range plan.Items {
		countItem(&p.Counts, item)
		switch {
		case i >= maxDrawn && item.Chosen:
			p.MoreChosen++
		case i >= maxDrawn:
		case item.Fate == store.FateMissing:
			p.Missing = append(p.Missing, d.planItem(i, item))
		default:
			p.Items = append(p.Items, d.planItem(i, item))
		}
	}
	return p
}

func countItem(counts *views.PlanCounts, item store.PlanItem) {
	if item.Kind == store.SwitchItem {
		counts.Switches++
		return
	}
	switch item.Fate {
	case store.FateNew:
		counts.New++
	case store.FateChanged:
		counts.Changed++
	case store.FateSame:
		counts.Same++
	case store.FateKept:
		counts.Kept++
	case store.FatePending:
		counts.Pending++
	case store.FateMissing:
		counts.Missing++
	default:
		counts.LeftOut++
	}
}

func (d *Dashboard) planItem(i int, item store.PlanItem) views.PlanItemProps {
	p := views.PlanItemProps{
		Index: i, Kind: item.Kind, Hook: item.Hook, Name: item.Name, Fate: string(item.Fate), Why: item.Why, Where: item.Where,
		Length: item.Length, Version: item.Version, Updated: d.when(item.UpdatedAt), UpdatedBy: item.UpdatedBy,
		Selectable: item.Selectable(), Chosen: item.Chosen,
	}
	if item.Kind != store.SecretItem {
		p.Name = item.Hook
	}
	return p
}

// drawPlan draws the second step; hook is the one whose secrets the plan is about.
func (d *Dashboard) drawPlan(c echo.Context, a store.Actor, at importPlace, status int, p views.ImportPlanProps, hook store.Hook) error {
	if IsHTMX(c) {
		if err := trigger(c, map[string]any{"say": p.Says()}); err != nil {
			return err
		}
	}
	return d.dialogIn(c, a, status, at.section, sheet{p.Into.Title(), at.parent(hook), at.list, views.ImportPlan(p)})
}

// ApplyImport carries out what is ticked of a plan.
func (d *Dashboard) ApplyImport(c echo.Context, a store.Actor) error {
	at := importPlaceOf(c, a)
	f, err := readForm(c, "token", "shown", "item-*")
	if err != nil {
		return err
	}
	choice, err := choiceOf(f)
	if err != nil {
		return err
	}
	done, err := d.store.ApplyImport(c.Request().Context(), a, at.in, c.Param("plan"), f.line("token"), choice)
	if status, errors := refused(c, err); errors != nil {
		return d.planAgain(c, a, at, status, errors)
	}
	if err != nil {
		return d.importOver(c, a, at, err)
	}
	toast := importedToast(done)
	toast.UndoURL = at.undo(done.Change)
	return d.imported(c, a, at, toast)
}

func choiceOf(f form) (store.Choice, error) {
	shown, err := strconv.Atoi(f.line("shown"))
	if err != nil {
		return store.Choice{}, errBadForm
	}
	choice := store.Choice{Shown: shown}
	for _, index := range f.chosen("item-") {
		i, err := strconv.Atoi(index)
		if err != nil {
			return store.Choice{}, errBadForm
		}
		choice.Picked = append(choice.Picked, i)
	}
	return choice, nil
}

// planAgain shows what the import would do now, and why nothing was carried out: things
// are not as they were shown, or nothing was ticked.
func (d *Dashboard) planAgain(c echo.Context, a store.Actor, at importPlace, status int, errors views.Errors) error {
	plan, err := d.store.PlanAgain(c.Request().Context(), a, at.in, c.Param("plan"))
	if err != nil {
		return d.importOver(c, a, at, err)
	}
	p := d.planProps(at, plan)
	if status == http.StatusConflict {
		p.Changed = true
	} else {
		p.Errors = errors
		p.Untick()
	}
	return d.drawPlan(c, a, at, status, p, plan.Hook)
}

// importOver goes back to the first step where an import can't be carried out or undone
// any more. Where there is no such place either, the error stays what it is.
func (d *Dashboard) importOver(c echo.Context, a store.Actor, at importPlace, err error) error {
	e, ok := store.AsError(err)
	if !ok || e.Code != store.NotFound && e.Code != store.Conflict {
		return err
	}
	status, message := http.StatusNotFound, e.Message
	if e.Code == store.Conflict {
		status = http.StatusConflict
	}
	retarget(c, "#modal", "innerHTML")
	return d.drawImport(c, a, at, status, views.ImportProps{Format: "dotenv", Errors: views.Errors{"": message}})
}

// UndoImport takes an import back, but for what was changed since.
func (d *Dashboard) UndoImport(c echo.Context, a store.Actor) error {
	at := importPlaceOf(c, a)
	if _, err := readForm(c); err != nil {
		return err
	}
	undone, err := d.store.UndoImport(c.Request().Context(), a, at.in, c.Param("change"))
	if e, ok := store.AsError(err); ok && e.Code == store.NotFound {
		err = &store.Error{Code: store.NotFound, Message: "This import can’t be undone: it was undone already, or 7 days have passed."}
	}
	if err != nil {
		return d.importOver(c, a, at, err)
	}
	return d.imported(c, a, at, undoneToast(undone))
}

// imported answers with the list as it is now: in place where the page shows it.
func (d *Dashboard) imported(c echo.Context, a store.Actor, at importPlace, toast views.ToastProps) error {
	page := under(c).Path
	switch {
	case IsHTMX(c) && page != at.list && !strings.HasPrefix(page, at.list+"/"):
		return d.leave(c, at.list, toast)
	case at.all:
		return d.hooksChanged(c, a, "", toast)
	}
	return d.secretChanged(c, a, at.place, "", toast)
}

func importedToast(done store.Applied) views.ToastProps {
	t := views.ToastProps{Kind: "ok", Text: "Import done"}
	if things := views.Imported(done.Hooks, done.Added+done.Changed+done.Pending); things != "" {
		t.Text = things + " imported"
	}
	var details []string
	for _, also := range []struct {
		n    int
		text string
	}{{done.Pending, "without a value"}, {done.Deleted, "deleted"}, {done.Kept, "kept"}, {done.Refused, "left out"}} {
		if also.n > 0 {
			details = append(details, fmt.Sprintf("%d %s.", also.n, also.text))
		}
	}
	t.Detail = strings.Join(details, " ")
	return t
}

// maxNamed is how many names of what stays a message holds.
const maxNamed = 5

func undoneToast(undone store.Undone) views.ToastProps {
	t := views.ToastProps{Kind: "ok", Text: "Import undone"}
	names := undone.Stay
	switch n := len(names); {
	case n == 0:
	case n == 1:
		t.Detail = names[0] + " was changed since and stays."
	case n <= maxNamed:
		t.Detail = strings.Join(names[:n-1], ", ") + " and " + names[n-1] + " were changed since and stay."
	default:
		t.Detail = fmt.Sprintf("%s and %d more were changed since and stay.", strings.Join(names[:maxNamed], ", "), n-maxNamed)
	}
	return t
}
