// What a form filters a list by stands in the address, so that a reload, or whoever
// gets the link, sees the same.

import { listen } from "./page.js";

listen("htmx:after:swap", ({ detail: { ctx: { sourceElement: form } } }) => {
  if (!form?.matches("form[role=search]")) return;
  const said = [...new FormData(form)].filter(([, text]) => text);
  history.replaceState(null, "", said.length ? `?${new URLSearchParams(said)}` : location.pathname);
});
