// What a form filters a list by stands in the address, so that a reload, or whoever
// gets the link, sees the same. htmx would write it into the history by itself only
// along with more.

import { listen, on } from "./page.js";

listen("htmx:after:swap", ({ detail: { ctx: { sourceElement: form } } }) => {
  if (!form?.matches("form[role=search][hx-get]")) return;
  const said = [...new FormData(form)].filter(([, text]) => text);
  history.replaceState(null, "", said.length ? `?${new URLSearchParams(said)}` : location.pathname);
});

// Of a period and dates, the last that was chosen counts.
on("input", "form[role=search] select[name=period]", ({ form }) => {
  form.querySelectorAll("[type=date]").forEach((field) => { field.value = ""; });
});

on("click", "[popover] [form]", (button) => button.closest("[popover]").hidePopover());
