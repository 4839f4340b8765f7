// How the editor looks. Every colour is a token of the stylesheet, so a change of
// theme needs no script.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const chip = { borderRadius: "5px", padding: "1px 2px", margin: "0 -2px", fontWeight: "600" };
const amber = { ...chip, background: "var(--expose-soft)", color: "var(--expose-text)", textDecorationColor: "var(--expose)", textUnderlineOffset: "3px" };
const control = { border: "0", borderRadius: "7px", background: "none", color: "var(--text-2)" };

const look = EditorView.theme({
  "&": { height: "var(--code-height)", color: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: ".8125rem", lineHeight: "1.375rem", fontVariantLigatures: "none" },
  ".cm-content": { padding: ".75rem 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 1rem 0 .8125rem" },
  ".cm-gutters": { background: "var(--fill)", color: "var(--text-3)", borderRight: "1px solid var(--line)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.75rem", padding: "0 .75rem 0 .5rem" },
  ".cm-activeLineGutter": { background: "var(--fill-2)", color: "var(--text)", fontWeight: "600" },
  ".cm-specialChar": { color: "var(--expose-text)" },

  ".cm-set": { ...chip, background: "var(--accent-soft)" },
  ".cm-set, .cm-set *": { color: "var(--accent-text)" },
  ".cm-unset": { ...amber, textDecorationLine: "underline", textDecorationStyle: "wavy" },
  ".cm-empty": { ...amber, textDecorationLine: "underline", textDecorationStyle: "dashed" },
  ".cm-unset *, .cm-empty *": { color: "inherit" },

  ".cm-searchMatch": { background: "var(--expose-soft)", outline: "1px solid var(--expose-line)" },
  ".cm-searchMatch-selected": { background: "var(--match)", outlineColor: "var(--expose)" },
  ".cm-searchMatch-selected *": { color: "var(--text)" },
  ".cm-panels": { background: "var(--fill)", color: "var(--text)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },

  ".cm-tooltip": { border: "1px solid var(--line-2)", borderRadius: "10px", background: "var(--raised)", boxShadow: "var(--shadow-2)", padding: ".25rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: ".8125rem", minWidth: "16rem", maxHeight: "12rem", maxWidth: "min(30rem, 90vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "flex", alignItems: "center", gap: "1rem", minHeight: "1.875rem", padding: "0 .625rem", borderRadius: "7px", color: "var(--text)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent-soft)", color: "var(--accent-text)" },
  ".cm-completionLabel": { flex: "1", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-completionMatchedText": { textUnderlineOffset: "3px" },
  ".cm-completionDetail": { margin: "0", font: "400 .75rem var(--sans)", fontStyle: "normal", color: "var(--text-2)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected] .cm-completionDetail": { color: "inherit" },

  ".find": { display: "grid", gridTemplateColumns: "minmax(6rem, 19rem) auto auto minmax(4.5rem, 1fr) auto", alignItems: "center", gap: ".375rem .25rem", padding: ".5rem .625rem" },
  ".find input": { minHeight: "2rem", fontSize: ".8125rem" },
  ".find output": { paddingInlineStart: ".375rem", color: "var(--text-2)", fontSize: ".8125rem", fontVariantNumeric: "tabular-nums" },
  ".find .actions": { gridColumn: "2 / -1", flexWrap: "nowrap" },
  ".find-box": { position: "relative" },
  ".find-box input": { paddingInlineEnd: "6.25rem" },
  ".find-box .icon-button": { position: "absolute", insetBlock: "0", height: "auto", width: "1.875rem" },
  ".find-box [name=regexp]": { insetInlineEnd: ".125rem" },
  ".find-box [name=word]": { insetInlineEnd: "2rem" },
  ".find-box [name=case]": { insetInlineEnd: "3.875rem" },
  ".find [aria-pressed=true]": { ...control, background: "var(--accent-soft)", color: "var(--accent-text)", outline: "1px solid var(--accent-line)", outlineOffset: "-4px" },
  ".find-box .icon-button:focus-visible": { outline: "2px solid var(--ring)", outlineOffset: "-3px" },

  "@media (max-width: 45rem)": {
    ".find": { gridTemplateColumns: "minmax(0, 1fr) auto auto auto" },
    ".find-box, .find > input": { gridColumn: "1 / -1" },
    ".find > output": { gridRow: "2", gridColumn: "1" },
    ".find .actions": { gridColumn: "1 / -1" },
  },
  "@media (forced-colors: active)": {
    ".cm-set": { outline: "1px solid Highlight" },
    ".cm-searchMatch": { outlineStyle: "dashed" },
    ".cm-searchMatch-selected, .cm-tooltip-autocomplete > ul > li[aria-selected]": { outline: "2px solid Highlight", outlineOffset: "-2px" },
    ".find [aria-pressed=true]": { outline: "2px solid Highlight" },
  },
});

const code = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.self, tags.null, tags.bool], color: "var(--symbol)" },
  { tag: [tags.number, tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--digit)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--ok-text)" },
  { tag: tags.comment, color: "var(--text-2)" },
]);

export const theme = [look, syntaxHighlighting(code)];
