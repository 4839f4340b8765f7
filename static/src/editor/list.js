// The list "Secrets in this script", as the server draws it, for the text as it is
// now.
import { byId, setAttribute } from "../page.js";
import { stateOf } from "./names.js";

const shownLines = 3;
const shownNames = 100;

let drawn = {}; // the region and what it shows

// draw lists what was read. Its lines are buttons that call go with a place in the
// text.
export function draw(found, states, go) {
  const names = byName(found.filter(({ name }) => name), states);
  const region = byId("script-secrets");
  const key = JSON.stringify([names, [...states], found.filter(({ name }) => !name).map(({ line }) => line)]);
  if (drawn.region === region && drawn.key === key) return;
  drawn = { region, key };

  const missing = names.filter(({ state }) => state !== "set");
  const list = byId("reads");
  const focused = list.contains(document.activeElement) && document.activeElement.ariaLabel;
  const ordered = [...missing, ...names.filter(({ state }) => state === "set")];
  list.replaceChildren(...ordered.slice(0, shownNames).map((read) => row(read, go)));
  window.htmx?.process(list);
  byId("reads-count").hidden = !missing.length;
  byId("reads-count").lastElementChild.textContent = `${missing.length} missing`;
  byId("reads-sum").replaceChildren(...sentences(names, found, states).map(paragraph));
  if (focused) [...list.querySelectorAll("a, button")].find(({ ariaLabel }) => ariaLabel === focused)?.focus();
}

function byName(found, states) {
  const names = new Map();
  for (const { name, from, line } of found) {
    const read = names.get(name) ?? { name, state: stateOf(states, name), lines: new Map() };
    if (!read.lines.has(line)) read.lines.set(line, from);
    names.set(name, read);
  }
  return Array.from(names.values(), (read) => ({ ...read, lines: [...read.lines] }));
}

function row({ name, state, lines }, go) {
  const item = byId(`read-${state}`).content.firstElementChild.cloneNode(true);
  item.querySelector(".name").append(...name.split(/(?<=_)/).flatMap((part) => [part, document.createElement("wbr")]));
  item.querySelector(".read-lines").append(...lines.slice(0, shownLines).flatMap(([line, from]) => [lineButton(name, line, from, go), " "]),
    lines.length > shownLines ? `+${lines.length - shownLines}` : "");
  const add = item.querySelector("a");
  if (add && isSecretName(name)) {
    add.id += name;
    add.ariaLabel += name;
    for (const attribute of ["href", "hx-get"]) setAttribute(add, attribute, add.getAttribute(attribute) + encodeURIComponent(name));
  } else {
    add?.remove();
  }
  return item;
}

const isSecretName = (name) => /^[A-Za-z0-9_.-]{1,128}$/.test(name) && name !== "." && name !== "..";

function lineButton(name, line, from, go) {
  const button = byId("read-line").content.firstElementChild.cloneNode();
  button.textContent = `line ${line}`;
  button.ariaLabel = `${name}, go to line ${line}`;
  button.onclick = () => go(from);
  return button;
}

function sentences(names, found, states) {
  const all = [];
  if (!names.length) all.push("The script reads no secrets.");
  const more = names.length - shownNames;
  if (more > 0) all.push(`${count(more, "more name")} not shown here.`);
  const rest = [...states.keys()].filter((name) => !names.some((read) => read.name === name)).length;
  if (rest) all.push(`${count(rest, "more secret")} ${rest === 1 ? "is" : "are"} stored but not read by this script.`);
  const unknown = [...new Set(found.filter(({ name }) => !name).map(({ line }) => line))];
  if (unknown.length === 1) all.push(`Line ${unknown[0]} reads a name that only shows when the hook runs.`);
  if (unknown.length > 1) all.push(`Lines ${unknown[0]} and ${count(unknown.length - 1, "other")} read names that only show when the hook runs.`);
  return all;
}

export const count = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
