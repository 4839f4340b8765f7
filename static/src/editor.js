// The editor of a hook's script: CodeMirror over the text box that works without
// it. The server draws the page; this takes over what has an id.
import "./editor/sheet.js";

import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands";
import { javascriptLanguage } from "@codemirror/lang-javascript";
import { indentOnInput, indentUnit } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";

import { cleared, limit } from "./editor/dependencies.js";
import { find, findKeys, openFind } from "./editor/find.js";
import { count, draw } from "./editor/list.js";
import { complete, findReads, mark, marks, noteAt, stateOf, storedStates } from "./editor/names.js";
import { theme } from "./editor/theme.js";
import { byId, listen, main, on } from "./page.js";

const box = byId("script");
const form = byId("hook-form"); // only for who may save
const original = box.defaultValue; // box.value has other line ends
const ends = kindOfEnds(original);
const longText = 100_000;

// ---- The text: where line ends are of one kind, the editor and the box hold LF.

function kindOfEnds(text) {
  if (!text.includes("\r")) return "lf";
  return /\r(?!\n)|(?<!\r)\n/.test(text) ? "mixed" : "crlf";
}

const mixed = ends === "mixed"; // Then CR stays in its line, as a sign.
const exact = (text) => ends === "crlf" ? text.replaceAll("\n", "\r\n") : text;

const view = new EditorView({
  parent: byId("script-editor"),
  state: EditorState.create({
    doc: original,
    extensions: [
      theme,
      mixed ? [EditorState.lineSeparator.of("\n"), EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, "\n"))] : [],
      EditorState.readOnly.of(!form),
      EditorState.tabSize.of(2),
      indentUnit.of("  "),
      lineNumbers(),
      highlightActiveLineGutter(),
      highlightSpecialChars(),
      history(),
      indentOnInput(),
      javascriptLanguage,
      marks,
      find,
      autocompletion({ override: [complete], icons: false }),
      keymap.of([
        ...completionKeymap, ...findKeys, ...historyKeymap,
        ...defaultKeymap.filter(({ key }) => key !== "Escape"), // Esc is for leaving.
        ...form ? [indentWithTab] : [],
      ]),
      EditorView.contentAttributes.of({
        tabindex: "0", "aria-labelledby": "script-label", "aria-describedby": "script-keys", spellcheck: "false", translate: "no",
      }),
      EditorView.updateListener.of(updated),
      EditorView.domEventHandlers({ beforeinput: typeOver }),
    ],
  }),
});

// typeOver replaces what is selected. The browser would keep its look, with a style
// attribute that the content security policy refuses.
function typeOver(event, { state }) {
  if (event.inputType !== "insertText" || event.data === null || state.readOnly) return false;
  const { from, to } = selected(state);
  if (from === to) return false;
  event.preventDefault();
  view.dispatch({
    changes: { from, to, insert: state.toText(event.data) }, selection: { anchor: from + state.toText(event.data).length },
    userEvent: "input.type", scrollIntoView: true,
  });
  return true;
}

// selected is the selection, which the page may know before the editor does.
function selected(state) {
  const selection = document.getSelection();
  if (!state.selection.main.empty || selection.isCollapsed) return state.selection.main;
  const { startContainer, startOffset, endContainer, endOffset } = selection.getRangeAt(0);
  return { from: view.posAtDOM(startContainer, startOffset), to: view.posAtDOM(endContainer, endOffset) };
}

let plain = false; // The box is in use.

const text = () => plain ? box.value : view.state.doc.toString();

function setText(next, userEvent) {
  const old = view.state.doc.toString();
  if (next === old) return;
  let from = 0;
  while (from < old.length && old[from] === next[from]) from++;
  let tail = 0;
  while (tail < old.length - from && tail < next.length - from && old.at(-1 - tail) === next.at(-1 - tail)) tail++;
  view.dispatch({
    changes: { from, to: old.length - tail, insert: next.slice(from, next.length - tail) },
    annotations: isolateHistory.of("full"), userEvent,
  });
}

function focusText() {
  if (plain) box.focus();
  else view.focus();
}

// ---- What stands around the text

let looking;
let typing = false; // The last thing that happened was a key in the text.
let unjudged; // the name that is being typed

function updated(update) {
  const { main: { head }, main: { empty } } = update.state.selection;
  if (update.docChanged) {
    typing = update.transactions.some((transaction) => transaction.isUserEvent("input") || transaction.isUserEvent("delete"));
    lookSoon();
    showDirty();
  } else if (update.selectionSet && typing && !(empty && isAt(unjudged, head))) {
    typing = false;
    if (unjudged) look();
  }
  if (update.docChanged || update.selectionSet || update.transactions.length) showPlace(update.state);
}

const isAt = (read, place) => read && read.from <= place && place <= read.from + read.name.length;

function showPlace(state) {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  byId("script-pos").textContent = `Line ${line.number}, column ${head - line.from + 1}`;
  const note = noteAt(state);
  if (byId("script-note").textContent !== note) byId("script-note").textContent = note;
}

function lookSoon() {
  clearTimeout(looking);
  looking = setTimeout(look, view.state.doc.length < longText ? 150 : 500);
}

// look reads the text and shows what it says: marks, list and meta.
function look() {
  clearTimeout(looking);
  const now = text();
  const states = storedStates();
  const found = findReads(now);
  const caret = plain ? box.selectionStart : view.state.selection.main.head;
  unjudged = typing ? found.find((read) => read.name && stateOf(states, read.name) === "unset" && isAt(read, caret)) : null;
  const judged = found.filter((read) => read !== unjudged);
  draw(judged, states, go);
  if (!plain) queueMicrotask(() => mark(view, judged, states)); // not while the view is at work
  byId("script-meta").textContent = meta(now);
}

const longScript = 400_000;

function meta(now) {
  const kind = { lf: "LF", crlf: "CRLF", mixed: "mixed line ends" }[ends];
  const size = now.length * 3 < longScript ? 0 : new Blob([exact(now)]).size;
  const used = size < longScript ? "" : `, ${Math.ceil(size / 1024)} of 512 KB`;
  return `JavaScript, ${count(now.split("\n").length, "line")}, ${kind}${used}`;
}

// go shows a place in the text.
function go(from) {
  if (plain) {
    box.focus();
    box.setSelectionRange(from, from);
    const line = box.value.slice(0, from).split("\n").length;
    box.scrollTop = parseFloat(getComputedStyle(box).lineHeight) * (line - 1) - box.clientHeight / 2;
    return;
  }
  const at = Math.min(from, view.state.doc.length);
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
  view.focus();
}

// What htmx swaps in has other names, or other states.
new MutationObserver((records) => {
  const added = records.flatMap((record) => [...record.addedNodes]);
  if (added.some((node) => node.id === "script-secrets" || node.id === "secret-names")) look();
  if (added.some((node) => node.id === "dependencies")) limit();
}).observe(main, { childList: true, subtree: true });

// ---- Plain text

function togglePlain() {
  if (plain) setText(box.value, "input.type");
  else box.value = text();
  plain = !plain;
  showMode();
  look();
  focusText();
}

function showMode() {
  box.hidden = !plain;
  byId("script-editor").hidden = plain;
  byId("find-btn").hidden = plain;
  box.parentElement.toggleAttribute("data-plain", plain);
  byId("plain-btn").hidden = mixed;
  byId("plain-btn").ariaPressed = plain;
}

box.addEventListener("input", () => {
  typing = true;
  lookSoon();
  showDirty();
});
byId("plain-btn").onclick = togglePlain;
byId("find-btn").onclick = () => openFind(view);

// ---- Saving

let saved; // what the server has, as far as we know
let sent;

const fields = () => [...form.elements].filter(({ name, type }) => type === "text" && name);
const typedFields = () => Object.fromEntries(fields().filter(({ value }) => value).map(({ name, value }) => [name, value]));

function snapshot() {
  return { doc: plain ? view.state.toText(box.value) : view.state.doc, fields: typedFields() };
}

function isDirty() {
  const now = snapshot();
  return !now.doc.eq(saved.doc) || JSON.stringify(now.fields) !== JSON.stringify(saved.fields);
}

function showDirty() {
  if (!form) return;
  const dirty = isDirty();
  const bar = byId("save-bar");
  const focused = bar.contains(document.activeElement);
  bar.hidden = !dirty;
  if (!dirty && focused) focusText();
  window.onbeforeunload = dirty ? (event) => event.preventDefault() : null;
}

function discard() {
  const before = saved.doc.toString();
  if (plain) box.value = before;
  else setText(before, "input.discard");
  for (const field of fields()) field.value = saved.fields[field.name] ?? "";
  typing = false;
  showDirty();
  look();
}

function takeOverForm() {
  saved = snapshot();
  for (const part of [...byId("save-bar").children, byId("script-keys").firstElementChild]) part.hidden = part.matches(".no-editor");
  byId("discard-btn").onclick = discard;
  limit();
  document.addEventListener("input", ({ target }) => { if (target.form === form && target !== box) showDirty(); });

  // A text box would change the line ends; a file comes as it is.
  form.addEventListener("formdata", ({ formData }) => {
    sent = snapshot();
    formData.set("script", new File([exact(text())], "script.js", { type: "text/javascript" }));
  });
  listen("script:saved", () => {
    saved = sent; // Keys that were typed meanwhile are not saved.
    cleared();
    showDirty();
    setTimeout(() => { if (document.activeElement === document.body) focusText(); });
  });
  // A save that htmx does not take leaves the page.
  window.addEventListener("submit", (event) => { if (!event.defaultPrevented) window.onbeforeunload = null; });
  listen("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (!byId("save-bar").hidden && !byId("dialog").open) form.requestSubmit(byId("save-btn"));
  });
}

// ---- A secret that was added from the list

let added;

on("click", "#reads a", (link) => { added = link.ariaLabel.slice("Add ".length); });
listen("modal:close", () => setTimeout(() => {
  if (document.activeElement !== main || !added) return;
  const line = byId("reads").querySelector(`[aria-label^="${CSS.escape(added)},"]`);
  (line ?? view.contentDOM).focus();
  added = "";
}));

showMode();
if (form) takeOverForm();
showDirty();
look();
showPlace(view.state);
