// Filters over a list: the address follows them, so that it can be kept and passed
// on. htmx would write it into the history by itself only along with more.

import { listen, on } from "./page.js";

listen("htmx:before:request", ({ detail: { ctx: { sourceElement: form } } }) => {
  if (!form.matches?.("[data-filters]")) return;
  const set = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  history.replaceState(null, "", `?${set}`);
});

// Of a period and dates, the last that was chosen counts.
on("input", "[data-filters] select[name=period]", ({ form }) => {
  form.querySelectorAll("[type=date]").forEach((field) => { field.value = ""; });
});

on("click", "[popover] [form]", (button) => button.closest("[popover]").hidePopover());
