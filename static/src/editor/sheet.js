// CodeMirror's rules go into a constructed sheet: it would put them into a <style>
// element, which the content security policy refuses. This has to come before any
// editor is made.
import { StyleModule } from "style-mod";

const sheet = new CSSStyleSheet();

StyleModule.mount = (_, modules) => {
  sheet.replaceSync([].concat(modules).map((module) => module.getRules()).join("\n"));
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
};
