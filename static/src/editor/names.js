// The names of secrets in the text: what the script reads beside what the hook
// has. Values are nowhere near.
import { EditorSelection, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

import { byId } from "../page.js";
import { look, reads } from "../reads.js";

let known = { found: [], aliases: new Set() }; // from the last look

// findReads lists what a text reads.
export function findReads(text) {
  known = look(text);
  return known.found;
}

// storedStates are the secrets of the hook, as the page lists them: set or empty.
export function storedStates() {
  return new Map(Array.from(byId("secret-names").options, ({ value, dataset }) => [value, dataset.state]));
}

export const stateOf = (states, name) => states.get(name) ?? "unset";

const words = { set: "set", empty: "no value yet", unset: "not set" };

// ---- Marks

const setMarks = StateEffect.define();

const kinds = Object.fromEntries(["set", "empty", "unset"].map((state) => [state, { class: `cm-${state}` }]));

export const marks = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setMarks)) return effect.value;
    return value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

// mark shows what was read in the text.
export function mark(view, found, states) {
  const ranges = found.filter(({ name }) => name).map(({ name, from }) => {
    const state = stateOf(states, name);
    return Decoration.mark({ ...kinds[state], name, state }).range(from, from + name.length);
  });
  view.dispatch({ effects: setMarks.of(Decoration.set(ranges)) });
}

// noteAt says what is missing at the caret.
export function noteAt(state) {
  const { head } = state.selection.main;
  let note = "";
  state.field(marks).between(head, head, (from, to, { spec }) => {
    if (spec.state === "unset") note = `${spec.name} isn’t set in this hook`;
    if (spec.state === "empty") note = `${spec.name} has no value yet`;
  });
  return note;
}

// ---- Completion

const started = /(?:([\w$\u0080-\uffff]+|\])\s*)(?:(\??\.)\s*([\w$]*)|(?:\?\.)?\[\s*(["'`])([^"'`\\\n]*))$/;

// complete offers names behind the secrets object and . or ['. Reading a long text
// takes a while, so it looks first whether the object may be there, as far as the
// last look knows.
export function complete({ state, pos, explicit }) {
  const line = state.doc.lineAt(pos);
  const [, object, dot, afterDot, quote, quoted] = line.text.slice(0, pos - line.from).match(started) ?? [];
  if (!object || !explicit && !["secrets", "]"].includes(object) && !known.aliases.has(object)) return null;
  const typed = afterDot ?? quoted;
  const from = pos - typed.length;
  if (!readsAt(state, from, quote)) return null;
  const states = storedStates();
  for (const { name } of known.found) if (name && name !== typed && !states.has(name)) states.set(name, "unset");
  const options = Array.from(states, ([label, kind]) => ({ label, detail: words[kind], apply: dot && inBrackets(label, dot) }));
  return { from, options, validFor: quote ? /^[^"'`\\\n]*$/ : /^[\w$]*$/ };
}

// readsAt tells whether a name that begins here is one of a secret.
function readsAt(state, from, quote) {
  const text = state.doc.sliceString(0, from) + (quote ? `x${quote}]` : "x");
  return reads(text).at(-1)?.from === from;
}

// inBrackets writes what can't follow a dot in another way.
function inBrackets(name, dot) {
  if (/^[A-Za-z_$][\w$]*$/.test(name)) return undefined;
  return (view, _, from, to) => {
    const insert = `${dot === "." ? "" : dot}['${name}']`;
    const start = from - dot.length;
    view.dispatch({
      changes: { from: start, to, insert }, selection: EditorSelection.cursor(start + insert.length), userEvent: "input.complete",
    });
  };
}
