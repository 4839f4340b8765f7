// What HTML and htmx don't do by themselves; every page works without it.

import { enter, leave, onMove } from "./drawer.js";
import "./filters.js";
import { listenToKeys } from "./keys.js";
import { alert, byId, listen, main, on, regions, root, say, setAttribute, setIcon, stop, submitButton, toasts } from "./page.js";

// What answers ask for in HX-Trigger.
listen("say", (event) => say(event.detail.value));
listen("modal:close", () => closeHost(dialog));

// ---- Arrivals

const arrivals = {
  "[data-revealed]": startCountdown,
  "[data-toast]": startToast,
  "[data-conceal]": lookAtValue,
  "[data-confirm-name]": compareName,
  "[data-stored]": lookAtStored,
  "[data-picks]": countPicks,
  "[data-correct]": (button) => { button.type = "button"; }, // Enter saves.
};

function arrive(element) {
  for (const [selector, start] of Object.entries(arrivals)) {
    if (element.matches(selector)) start(element);
    element.querySelectorAll(selector).forEach(start);
  }
}

function watch(records) {
  for (const node of records.flatMap((record) => [...record.addedNodes])) {
    if (node.isConnected && node.matches) arrive(node);
  }
  for (const host of hosts) {
    if (records.some((record) => record.target === host.box)) showHost(host);
  }
}

// ---- Dialog and drawer: content that arrives opens them, content that goes closes them.

let pressed;

const hosts = ["modal", "drawer"].map((id) => {
  const box = byId(id); // what htmx fills
  const frame = box.parentElement;
  const host = { box, frame, opener: {} }; // The opener's id: a swap replaces elements.
  frame.onclose = () => emptyHost(host);
  frame.oninput = () => { host.typed = true; };
  frame.onpointerdown = (event) => { pressed = event.target; };
  frame.onclick = (event) => {
    if (event.target === frame && pressed === frame && !host.typed && frame.closedBy !== "none") closeHost(host); // the backdrop
  };
  frame.oncancel = (event) => { // for browsers that don't know closedBy
    if (frame.closedBy === "none") event.preventDefault();
  };
  return host;
});
const [dialog, drawer] = hosts; // The dialog may lie over the drawer.
const modal = dialog.box;

// showHost runs when a host was filled or emptied, whatever did it.
function showHost(host) {
  const { box, frame } = host;
  if (!box.firstElementChild) return closeHost(host);
  const answered = frame.open;
  if (!answered) {
    host.typed = false;
    host.shown = true;
    frame.showModal();
    frame.append(...regions); // Outside an open dialog nothing is clickable or read out.
    if (host === drawer) enter(box.firstElementChild);
  }
  mayClose(frame);
  const wrong = box.querySelector("[aria-invalid=true]");
  const banner = answered && box.querySelector(".dialog-body > .banner");
  if (wrong) wrong.focus();
  else if (banner) say(banner.innerText, alert);
  if (!box.contains(document.activeElement)) box.querySelector("button")?.focus();
}

// mayClose keeps what shows a token open until somebody says that they have it.
function mayClose(frame) {
  frame.closedBy = frame.querySelector("[data-stored]:not(:checked)") ? "none" : "closerequest";
}

function closeHost(host) {
  host.frame.close();
  emptyHost(host);
}

// emptyHost also runs on the close event, when something new may be open.
function emptyHost(host) {
  if (host.frame.open || !host.shown) return;
  host.shown = false;
  takeAway(host.box);
  host.box.replaceChildren();
  (document.querySelector("dialog[open]") ?? document.body).append(...regions);
  if (host === drawer) leave();
  returnFocus(host.opener);
}

// returnFocus goes to what asked for the dialog, to the next row if that is gone,
// or to its menu's button. Once a value is set, it is the next one's turn.
function returnFocus(opener) {
  const asker = byId(opener.id);
  const turn = opener.set && !asker?.matches(".set") && document.querySelector(".set");
  const control = (turn || asker) ?? byId(opener.next)?.querySelector("a[href], button")
    ?? document.querySelector("#add-secret, #new-hook, #new-key") ?? main;
  const menu = control.closest("[popover]:not(:popover-open)");
  (menu ? document.querySelector(`[popovertarget=${menu.id}]`) : control).focus();
}

on("click", "a[aria-disabled=true]", (_, event) => stop(event));
onMove(() => drawer.shown && hosts.forEach(closeHost));
on("click", ":is(#modal, #drawer) [data-close]", (button, event) => {
  event.preventDefault();
  closeHost(hosts.find(({ box }) => box.contains(button)));
});
listen("keydown", (event) => {
  const form = modal.querySelector("form");
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(submitButton(form));
  }
});

// ---- Requests

const waiting = new Set();
let busyTimer;
let lostRow;

listen("htmx:before:request", ({ detail: { ctx } }) => {
  const { sourceElement, request } = ctx;
  ctx.asker = request.submitter ?? (sourceElement.matches("form") ? document.activeElement : sourceElement);
  waiting.add(ctx);
  busyTimer ??= setTimeout(() => root.toggleAttribute("data-busy", true), 150);
});

listen("htmx:finally:request", ({ detail: { ctx } }) => {
  waiting.delete(ctx);
  if (!waiting.size) {
    busyTimer = clearTimeout(busyTimer);
    root.removeAttribute("data-busy");
  }
  // htmx only does so where it also keeps copies of pages.
  if (ctx.hx?.replaceurl) history.replaceState(null, "", ctx.hx.replaceurl);
  const source = ctx.sourceElement;
  const toast = source.closest?.("[data-toast]");
  if (!ctx.response?.raw.ok) {
    if (source.querySelector?.("[role=switch]")) source.reset(); // It shows what is stored.
  } else if (toast || source.closest?.(".deleted")) { // Undo
    if (toast) dismiss(toast);
    (document.querySelector("tbody.new")?.querySelector("a[href], button") ?? main).focus();
  }
});

listen("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  const saved = !(ctx.response?.status >= 400);
  const focused = document.activeElement;
  for (const { target, fragment } of tasks) {
    if (target?.contains(focused)) lostRow = focused.closest("tbody, .version-slot")?.id;
    const host = hosts.find(({ box }) => box === target);
    if (host && !host.frame.open) {
      const asker = ctx.asker ?? ctx.sourceElement;
      const row = asker.closest("tbody");
      host.opener = { id: asker.id, set: asker.matches(".set"), next: row ? row.nextElementSibling?.id : drawer.opener.next };
    }
    if (host && saved) host.typed = false;
    for (const fresh of fragment.querySelectorAll("[hx-preserve]")) keepTyped(fresh, saved);
    for (const fresh of fragment.querySelectorAll("details[id]")) fresh.open ||= byId(fresh.id)?.open;
  }
});

// keepTyped tells a kept field what the answer says about it. What was saved is
// not kept.
function keepTyped(fresh, saved) {
  if (saved) return fresh.removeAttribute("hx-preserve");
  for (const name of ["aria-invalid", "aria-describedby"]) setAttribute(byId(fresh.id), name, fresh.getAttribute(name));
}

listen("htmx:after:swap", () => {
  colourValues();
  // Keep, for instance, has no successor, nor a switch whose row went out of sight.
  if (lostRow && document.activeElement === document.body) (byId(lostRow)?.querySelector("[id^=reveal-]") ?? byId("hooks-search"))?.focus();
  lostRow = "";
});

// Our errors say where they belong, or go back into the form; others are from
// something in between, such as a proxy.
listen("htmx:before:response", (event) => {
  const { response: { status }, hx } = event.detail.ctx;
  if (status < 400 || [409, 422, 429].includes(status) || hx.retarget || hx.redirect) return;
  event.preventDefault();
  unanswered(event.detail.ctx);
});
listen("htmx:error", (event) => event.detail.ctx && unanswered(event.detail.ctx));

// A request that no person made, for a hidden row, fails in silence.
function unanswered(ctx) {
  if (ctx.sourceEvent.type) showFailure(ctx.sourceElement, ctx.request.submitter);
}

function showFailure(source, submitter) {
  const toast = cloneToast("failed");
  const retry = toast.querySelector("[data-retry]");
  if (!source.querySelector("textarea, input:not([type=hidden], [role=switch])")) toast.querySelector("[data-typed]").remove();
  if (source.querySelector("[role=switch]")) retry.remove();
  retry.onclick = () => {
    dismiss(toast);
    if (source.requestSubmit) source.requestSubmit(submitter);
    else source.click();
  };
  toasts.append(toast);
}

// The second half of a double click would send a form again, or fall on Hide.
on("click", "form button:not([type=button]), [id^=reveal-]", (_, event) => event.detail > 1 && stop(event));

on("submit", "form", (form, event) => {
  if ((event.submitter ?? submitButton(form))?.ariaDisabled === "true") return stop(event);
  // Browsers may remember the text of a field that is no password.
  form.querySelectorAll("[data-reveal-password][aria-pressed=true]").forEach((button) => button.click());
  // The answer is a file, and no answer takes the dialog away.
  if (form.matches("dialog .export")) setTimeout(() => form.closest("dialog").close());
});

// ---- Toasts

const shown = new WeakSet(); // Moving a toast is no arrival.
let focusBefore;

function startToast(toast) {
  if (shown.has(toast)) return;
  shown.add(toast);
  const all = toasts.querySelectorAll("[data-toast]");
  if (all.length > 3) dismiss(all[0]);
  const seconds = Number(toast.dataset.stay);
  if (!seconds) return say(toast.querySelector(".toast-text").innerText, alert);

  const timer = setInterval(() => {
    if (toast.matches(":hover, :focus-within")) return;
    clearInterval(timer);
    dismiss(toast);
  }, seconds * 1000);
}

function dismiss(toast) {
  const focused = toast.contains(document.activeElement);
  toast.remove();
  if (focused) (focusBefore?.isConnected ? focusBefore : main).focus();
}

const cloneToast = (name) => byId(`toast-${name}`).content.firstElementChild.cloneNode(true);

toasts.addEventListener("focusin", (event) => {
  if (!toasts.contains(event.relatedTarget)) focusBefore = event.relatedTarget;
});
on("click", "[data-dismiss]", (button) => dismiss(button.closest("[data-toast]")));

// ---- Revealed values leave the document when their time is up, when the page
// goes, and when its tab is out of sight, with or without the server.

const unseenFor = 10000;
let unseenSince;
let unseenTimer;

function startCountdown(row) {
  const seconds = Number(row.dataset.seconds) || 30;
  const until = Date.now() + seconds * 1000;
  const end = () => {
    clearInterval(beat);
    clearTimeout(timer);
    hide(row);
    showTimeLeft(row, 0);
  };
  // Two clocks: one can't be set back, one runs while the machine sleeps.
  const timer = setTimeout(end, seconds * 1000);
  const beat = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left > 0 && row.isConnected) showTimeLeft(row, left);
    else end();
  }, 1000);
}

function showTimeLeft(row, seconds) {
  row.querySelector("[data-countdown]").textContent = `${seconds} s`;
  row.querySelector("[data-progress]").value = seconds;
  if (seconds === 5) say(`${row.dataset.name}: 5 seconds left.`);
}

// hide takes the value away before it asks for the hidden row.
function hide(row) {
  takeAway(row);
  if (row.isConnected && row.dataset.hideUrl) htmx.ajax("GET", row.dataset.hideUrl, { source: row, target: row, swap: "outerHTML" });
}

function takeAway(element) {
  for (const value of element.querySelectorAll("[data-plaintext]")) {
    value.textContent = "";
    value.replaceWith("Hidden");
  }
  colourValues();
}

const hideAll = () => document.querySelectorAll("[data-revealed]").forEach(hide);

listenToKeys(hideAll);

for (const type of ["pagehide", "freeze"]) window.addEventListener(type, () => takeAway(document), true);

listen("visibilitychange", () => {
  clearTimeout(unseenTimer);
  if (document.hidden) {
    unseenSince = Date.now();
    unseenTimer = setTimeout(hideAll, unseenFor);
  } else if (Date.now() - unseenSince >= unseenFor) {
    hideAll(); // The timer slept with the tab.
  }
});

// An old range would keep its text in memory, so all are made anew.
const colours = { digit: /[0-9]+/g, symbol: /[^\p{L}\p{M}\p{N}\s]+/gu };

function colourValues() {
  if (!CSS.highlights) return;
  const texts = [...document.querySelectorAll("[data-plaintext]")].map((value) => value.firstChild);
  for (const [name, pattern] of Object.entries(colours)) {
    CSS.highlights.set(name, new Highlight(...texts.flatMap((text) => ranges(text, pattern))));
  }
}

function ranges(text, pattern) {
  if (!text || text.length > 4096) return []; // Nobody reads that far.
  return Array.from(text.data.matchAll(pattern), ({ index, 0: { length } }) => new StaticRange({
    startContainer: text, startOffset: index, endContainer: text, endOffset: index + length,
  }));
}

// ---- Copy: the value goes from the answer to the clipboard and nowhere else.

let clipboardTimer;

root.classList.toggle("no-clipboard", !navigator.clipboard);

on("click", "[data-copy]", async (button) => {
  if (await copy(button, button.dataset.copy)) copied(button.id, button.dataset.name);
});

// The same, behind the form that asks for the password.
on("submit", "[data-copy-form]", async (form, event) => {
  stop(event);
  if (await copy(form, form.action, new URLSearchParams(new FormData(form)))) {
    closeHost(dialog);
    copied(dialog.opener.id, form.dataset.name);
  }
});

// copy tells whether the value is on the clipboard. Browsers want to be asked in
// the click, so they get a promise.
async function copy(source, url, body) {
  if (source.ariaBusy) return false;
  source.ariaBusy = "true";
  const value = fetchValue(url, body);
  const written = writeClipboard(value).then(() => true, () => false);
  try {
    await value;
  } catch (refusal) {
    await showRefusal(source, refusal);
    return false;
  } finally {
    source.ariaBusy = null;
  }
  if (!await written) toasts.append(cloneToast("not-copied"));
  return written;
}

// Response.text, and a Blob on the clipboard, lose a byte order mark.
async function fetchValue(url, body) {
  const response = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true" } });
  if (!response.ok) throw response;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer());
}

async function writeClipboard(value) {
  if (!window.ClipboardItem) return navigator.clipboard.writeText(await value);
  return navigator.clipboard.write([new ClipboardItem({ "text/plain": value })]);
}

// showRefusal puts the answer where htmx would.
async function showRefusal(source, response) {
  if (!(response instanceof Response)) return showFailure(source);
  const target = response.headers.get("HX-Retarget") ?? "#modal";
  const swap = response.headers.get("HX-Reswap") ?? "innerHTML";
  await htmx.swap({ text: await response.text(), target, swap, response, sourceElement: source });
}

function tick(button) {
  setIcon(button, "check");
  setTimeout(setIcon, 1500, button, "copy");
}

on("click", "[data-copy-text], [data-copy-from]", async (button) => {
  const { copyText, copyFrom, name } = button.dataset;
  await navigator.clipboard.writeText(copyText ?? byId(copyFrom).textContent);
  tick(button);
  say(`${copyText ?? name} is on the clipboard.`);
});

function copied(id, name) {
  tick(byId(id));
  say(`${name} copied. Recorded.`);
  clearTimeout(clipboardTimer);
  clipboardTimer = setTimeout(() => {
    const toast = cloneToast("clipboard");
    toast.querySelector("[data-name]").textContent = name;
    toasts.append(toast);
  }, 30000);
}

// ---- Fields

const count = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;
const valueBox = (button) => button.form.querySelector("[data-conceal]");

// block leaves a button in reach, with the reason why it does nothing.
function block(button, reason) {
  setAttribute(button, "aria-disabled", reason && "true");
  setAttribute(button, "aria-describedby", reason && reason.id);
}

function lookAtValue(box) {
  const [edge, placeholder, counter, toggle] = ["edge", "placeholder", "count", "conceal-toggle"]
    .map((name) => box.closest(".field").querySelector(`[data-${name}]`));
  const text = box.value;
  counter.textContent = text && `${count([...text].length, "character")}, ${count(text.split("\n").length, "line")}.`;
  toggle.ariaPressed = !box.classList.contains("concealed");
  if (!edge) return; // It is no value but a file.
  placeholder.hidden = !/^\s*_VALUE_NOT_SHOWN_?\s*$/.test(text);
  edge.hidden = !placeholder.hidden || !/^\s|\s$/.test(text);
  block(submitButton(box.form), !placeholder.hidden && placeholder);
}

function setValue(box, text) {
  box.value = text;
  lookAtValue(box);
  box.focus();
}

function compareName(input) {
  block(input.form.querySelector("[data-confirm-submit]"), input.value !== input.dataset.confirmName && input);
}

function lookAtStored(box) {
  block(byId("stored-done"), !box.checked && box.labels[0]);
  mayClose(dialog.frame);
}

// countPicks says on the button of an import how much is ticked, or taken as it is.
function countPicks(button) {
  const ticked = (where) => button.form.querySelectorAll(`${where} :checked`).length;
  const deleted = ticked("details");
  const picks = ticked("form") - deleted + Number(button.dataset.picks);
  button.textContent = `Import ${count(picks, button.dataset.noun)}${deleted ? `, delete ${deleted}` : ""}`;
}

// slugOf is the server's rule for the address of an organization.
function slugOf(name) {
  const slug = name.toLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "")
    .replace(/[^a-z0-9]+/g, "-").replace(/^-/, "").slice(0, 40).replace(/-$/, "");
  return slug.length < 2 || slug === "new" ? "team" : slug;
}

on("input", "input", ({ id, value }) => {
  const slug = document.querySelector(`[data-slug-from="${id}"] [data-slug]`);
  if (slug) slug.textContent = value && slugOf(value);
});
on("input", "[data-conceal]", lookAtValue);
on("input", "[data-confirm-name]", compareName);
on("input", "[data-stored]", lookAtStored);
on("input", "[name^=item-]", ({ form }) => countPicks(submitButton(form)));
on("click", "[data-correct]", (button) => {
  const { name } = button.form.elements;
  name.value = button.dataset.correct;
  setAttribute(name, "aria-invalid");
  name.focus();
  button.parentElement.querySelector(".error").remove();
  button.remove();
});
on("click", "[data-trim]", (button) => setValue(valueBox(button), valueBox(button).value.trim()));
on("click", "[data-keep]", (button) => {
  button.form.querySelector("[type=file]").value = "";
  setValue(valueBox(button), "");
  button.closest(".dialog-body > .banner")?.remove();
});
on("click", "[data-conceal-toggle]", (button) => {
  valueBox(button).classList.toggle("concealed");
  lookAtValue(valueBox(button));
});
on("click", "[data-reveal-password]", (button) => {
  const input = button.parentElement.querySelector("input");
  const show = input.type === "password";
  input.type = show ? "text" : "password";
  button.ariaPressed = show;
  setIcon(button, show ? "eye-off" : "eye");
});

document.querySelector("[aria-invalid=true]")?.focus();
arrive(document.body);
colourValues();
new MutationObserver(watch).observe(document.body, { childList: true, subtree: true });
