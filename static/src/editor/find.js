// Find and replace: the panel of the design, over CodeMirror's search.
import {
  closeSearchPanel, findNext, findPrevious, getSearchQuery, openSearchPanel, replaceAll, replaceNext, search, SearchQuery, searchKeymap, setSearchQuery,
} from "@codemirror/search";
import { runScopeHandlers } from "@codemirror/view";

import { byId } from "../page.js";

const counted = 1000; // Nobody counts on beyond.

export const find = search({ top: true, literal: true, createPanel: panel });

const ours = ["Mod-f", "F3", "Mod-g", "Escape"];
export const findKeys = searchKeymap.filter((binding) => ours.includes(binding.key));

export const openFind = openSearchPanel;

function panel(view) {
  const dom = byId("find-panel").content.firstElementChild.cloneNode(true);
  const control = (name) => dom.querySelector(`[name=${name}]`);
  const [text, replacement] = ["find", "replace"].map(control);
  const count = dom.querySelector("output");
  let query, counting;
  text.setAttribute("main-field", "true");

  function show(next) {
    query = next;
    text.value = next.search;
    if (replacement) replacement.value = next.replace;
    for (const [name, on] of [["case", next.caseSensitive], ["word", next.wholeWord], ["regexp", next.regexp]]) {
      control(name).ariaPressed = on;
    }
    countSoon();
  }

  function ask() {
    const on = (name) => control(name).ariaPressed === "true";
    const next = new SearchQuery({
      search: text.value, replace: replacement?.value ?? "", literal: true,
      caseSensitive: on("case"), wholeWord: on("word"), regexp: on("regexp"),
    });
    if (!next.eq(query)) view.dispatch({ effects: setSearchQuery.of(next) });
  }

  function countSoon() {
    clearTimeout(counting);
    counting = setTimeout(() => { count.textContent = place(view.state, query); }, 150);
  }

  dom.oninput = ask;
  dom.onclick = ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (button.ariaPressed) {
      button.ariaPressed = button.ariaPressed !== "true";
      return ask();
    }
    ({ previous: findPrevious, next: findNext, once: replaceNext, all: replaceAll, close: closeSearchPanel })[button.name](view);
  };
  dom.onkeydown = (event) => {
    const run = event.target === text ? (event.shiftKey ? findPrevious : findNext) : event.target === replacement && replaceNext;
    if (runScopeHandlers(view, event, "search-panel") || event.key === "Enter" && run && run(view)) event.preventDefault();
  };
  return {
    dom,
    top: true,
    mount() {
      show(getSearchQuery(view.state));
      text.select();
    },
    update(update) {
      for (const effect of update.transactions.flatMap((transaction) => transaction.effects)) {
        if (effect.is(setSearchQuery) && !effect.value.eq(query)) show(effect.value);
      }
      if (update.docChanged || update.selectionSet) countSoon();
    },
    destroy() { clearTimeout(counting); },
  };
}

// place says which match is selected, and of how many.
function place(state, query) {
  if (!query.search) return "";
  if (!query.valid) return "Not a valid expression";
  const { from, to } = state.selection.main;
  const cursor = query.getCursor(state);
  let [n, at] = [0, 0];
  for (let next = cursor.next(); !next.done && n < counted; next = cursor.next()) {
    n++;
    if (next.value.from === from && next.value.to === to) at = n;
  }
  if (!n) return "No matches";
  const all = n === counted ? `${counted - 1}+` : n;
  return at ? `${at} of ${all}` : `${all} found`;
}
