// Keys that do something by themselves. /keys lists them.

import { byId, listen, main } from "./page.js";
import { openPalette } from "./palette.js";

const patience = 1500; // ms between the two keys of a sequence

const row = () => document.activeElement.closest("main tbody, main .entry");
const inRow = (verb) => row()?.querySelector(`[id^=${verb}-]`)?.click();
const goTo = (letter) => document.querySelector(`[data-go^=${letter}]`)?.click();

// move puts the focus on the name in the next row, or the one before.
function move(by) {
  const names = [...main.querySelectorAll("tbody, .entry")]
    .map((each) => each.querySelector("a[href], button, summary")).filter(Boolean);
  const at = names.findIndex((name) => row()?.contains(name));
  names[Math.max(at + by, 0)]?.focus();
}

const keys = {
  "/": openPalette,
  "?": () => byId("help")?.click(),
  "g h": () => goTo("h"),
  "g a": () => goTo("a"),
  "g s": () => goTo("s"),
  "g m": () => goTo("m"),
  j: () => move(1),
  k: () => move(-1),
  r: () => inRow("reveal"),
  c: () => inRow("copy"),
  e: () => inRow("edit"),
  n: () => document.querySelector("#add-secret, #new-hook")?.click(),
};

// On the account page the switch itself says it.
const switchedOff = () => !(byId("single-keys")?.checked ?? !document.body.dataset.keys);
const inField = (event) => event.composedPath()[0].closest?.("input, textarea, select, [contenteditable]");

let first = { timeStamp: -patience };

// listenToKeys knows besides how to hide every value.
export function listenToKeys(hideAll) {
  listen("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== "k" || event.shiftKey) return;
      event.preventDefault();
      return openPalette();
    }
    if (switchedOff() || inField(event)) return;
    if (event.key === "x") return hideAll();
    if (document.querySelector("dialog[open], :popover-open")) return;

    const second = event.timeStamp - first.timeStamp < patience;
    const act = keys[second ? `g ${event.key}` : event.key];
    first = event.key === "g" ? event : { timeStamp: -patience };
    if (!act || (event.repeat && !"jk".includes(event.key))) return;
    event.preventDefault();
    act();
  });
}
