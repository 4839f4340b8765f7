// The palette: search over any page. The server answers with the options of its list.

import { byId, on, regions, setAttribute } from "./page.js";

const palette = byId("palette"); // Not there for who belongs to no organization.
const text = byId("palette-text");
const list = byId("palette-list");

const pause = 120; // ms without a key before the server is asked

let timer;
let chosen; // The option that Enter opens.
let stale = false; // The options are not yet those of the text.
let awaited = false; // Enter was pressed meanwhile.

const options = () => [...list.querySelectorAll("[role=option]")];

export function openPalette() {
  if (!palette || document.querySelector("dialog[open]")) return;
  palette.showModal();
  palette.append(...regions); // Outside an open dialog nothing is clickable or read out.
  ask({});
}

function ask(event) {
  htmx.ajax("GET", text.form.action, { source: text.form, target: list, event });
}

// forget gives up what was asked, or is about to be.
function forget() {
  clearTimeout(timer);
  text.form.dispatchEvent(new Event("htmx:abort"));
}

// What was searched for stays nowhere.
function closed() {
  forget();
  if (palette.contains(regions[0])) document.body.append(...regions);
  text.form.reset();
  list.replaceChildren();
}

function choose(option) {
  chosen?.setAttribute("aria-selected", "false");
  chosen = option;
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  setAttribute(text, "aria-activedescendant", option?.id);
}

function arrived() {
  choose(options()[0]);
  stale = false;
  if (awaited) chosen?.click();
  awaited = false;
}

function pressed(event) {
  if (event.isComposing) return;
  const all = options();
  const at = all.indexOf(chosen);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) choose(all.at(to % all.length));
  else if (event.key !== "Enter") return;
  else if (stale) awaited = true;
  else chosen?.click();
  event.preventDefault();
}

// A link of the page to the same address may open a dialog; it does that here, too.
function follow(option, event) {
  const same = document.querySelector(`a[hx-get="${option.getAttribute("href")}"]`);
  forget(); // A page that is left would report it as lost.
  palette.close();
  if (!same) return;
  event.preventDefault();
  same.click();
}

if (palette) {
  palette.onclose = closed;
  palette.onclick = (event) => {
    if (event.target === palette) palette.close(); // the backdrop
  };
  text.onkeydown = pressed;
  text.oninput = (event) => {
    stale = true;
    forget();
    timer = setTimeout(ask, pause, event);
  };
  new MutationObserver(arrived).observe(list, { childList: true });
  on("click", "#palette [role=option]", follow);
  on("click", "[data-search]", (_, event) => {
    event.preventDefault();
    openPalette();
  });
}
