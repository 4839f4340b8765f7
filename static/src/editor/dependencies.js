// Rows for dependencies: the server draws those there are and an empty one.
import { byId, on } from "../page.js";

const rows = () => byId("dependency-rows")?.children ?? [];

// addRow puts an empty row at the end.
function addRow() {
  const row = byId("dependency-row").content.firstElementChild.cloneNode(true);
  const n = rows().length;
  for (const field of row.querySelectorAll("input")) {
    field.id = field.name = field.name.replace(/-.*/, `-${n}`);
    field.ariaLabel = `${field.placeholder} ${n + 1}`;
  }
  byId("dependency-rows").append(row);
  limit();
  return row;
}

// limit offers another row where there may be one.
export function limit() {
  const button = byId("add-dependency");
  if (button) button.hidden = rows().length > Number(button.dataset.limit);
}

// cleared takes away what the last answer said was wrong.
export function cleared() {
  for (const row of rows()) {
    row.querySelectorAll(".error").forEach((error) => error.remove());
    row.querySelectorAll("[aria-invalid]").forEach((field) => {
      field.removeAttribute("aria-invalid");
      field.setAttribute("aria-describedby", "dependencies-hint");
    });
  }
}

on("click", "#add-dependency", () => addRow().querySelector("input").focus());
