// The filters of the audit log.

import { on } from "./page.js";

// Of a period and dates, the last that was chosen counts.
on("input", "form[role=search] select[name=period]", ({ form }) => {
  form.querySelectorAll("[type=date]").forEach((field) => { field.value = ""; });
});

on("click", "[popover] [form]", (button) => button.closest("[popover]").hidePopover());
