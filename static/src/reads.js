// The places where a script reads a secret, by the letters of its text alone. The
// server has the same function in Go, store/internal/script, and the cases in its
// testdata hold for both.

// reads lists { name, from, line } from the beginning of a text to its end. An
// empty name is a place whose name only shows when the hook runs.
export const reads = (text) => look(text).found;

// look also tells the names that hold the secrets object somewhere.
export function look(text) {
  const tokens = tokenize(text);
  const aliases = new Set(); // names that hold the secrets object from here on
  const found = [];

  const is = (i, sign) => tokens[i]?.kind === "sign" && tokens[i].word === sign;
  const isName = (i) => tokens[i]?.kind === "name";
  const isString = (i) => tokens[i]?.kind === "string";
  const word = (i) => tokens[i].word;

  // stepAt is the name of a step, .N or ['N'], as a token, and what follows it.
  function stepAt(i) {
    if ((is(i, ".") || is(i, "?.")) && isName(i + 1)) return [i + 1, i + 2];
    if (is(i, "?.")) i++;
    return is(i, "[") && isString(i + 1) && is(i + 2, "]") ? [i + 1, i + 3] : null;
  }

  function afterStep(i, name) {
    const step = stepAt(i);
    return step && word(step[0]) === name ? step[1] : i;
  }

  const goesOn = (i) => stepAt(i) || is(i, "[") || is(i, "?.") && is(i + 1, "[");

  // afterObject is what follows the secrets object, or 0 if it isn't there.
  function afterObject(i) {
    if (word(i) === "context") {
      const next = afterStep(i + 1, "webtask");
      const after = afterStep(next, "secrets");
      if (after !== next) return after;
    }
    return aliases.has(word(i)) ? i + 1 : 0;
  }

  function isObject(i) {
    const next = isName(i) && afterObject(i);
    return next && !goesOn(next);
  }

  const isContext = (i) => isName(i) && word(i) === "context" && !goesOn(afterStep(i + 1, "webtask"));

  function read(i) {
    if (!inherited.has(word(i))) found.push({ name: word(i), from: tokens[i].from + isString(i) });
  }

  const readUnknown = (i) => found.push({ name: "", from: tokens[i].from });

  function readKey(i) {
    if (isName(i) || isString(i)) read(i);
    else if (is(i, "[") || is(i, "...")) readUnknown(i);
  }

  function aliasKey(i) {
    if (!isName(i) && !isString(i) || word(i) !== "secrets") return;
    if (is(i + 1, ":") && isName(i + 2)) aliases.add(word(i + 2));
    else if (isName(i) && !is(i + 1, ":")) aliases.add("secrets");
  }

  // eachKey skips what is inside of a key, so patterns in patterns cost no more
  // than others.
  function eachKey(end, use) {
    let fresh = true;
    for (let i = tokens[end].match + 1; i < end; i++) {
      if (fresh) use(i);
      fresh = is(i, ",");
      if (tokens[i].match > i) i = tokens[i].match;
    }
  }

  for (let i = 0; i < tokens.length; i++) {
    if (isName(i) && !is(i - 1, ".") && !is(i - 1, "?.")) {
      const next = afterObject(i);
      const step = next && stepAt(next);
      if (step) read(step[0]);
      else if (next && goesOn(next)) readUnknown(next);
      if (is(i + 1, "=") && isObject(i + 2)) aliases.add(word(i));
    } else if (is(i, "}") && is(i + 1, "=") && is(tokens[i].match, "{")) {
      if (isObject(i + 2)) eachKey(i, readKey);
      else if (isContext(i + 2)) eachKey(i, aliasKey);
    }
  }
  return { found: withLines(text, found.sort((a, b) => a.from - b.from)), aliases };
}

function withLines(text, found) {
  let [line, at] = [1, text.indexOf("\n")];
  for (const read of found) {
    for (; at >= 0 && at < read.from; at = text.indexOf("\n", at + 1)) line++;
    read.line = line;
  }
  return found;
}

// The members of every object. Reading one reads no secret.
const inherited = new Set(Object.getOwnPropertyNames(Object.prototype));

// Those that an operand follows: / begins a regular expression behind them.
const keywords = new Set(("await break case catch class const continue debugger default delete do else export extends "
  + "finally for function if import in instanceof let new return switch throw try typeof var void while with yield").split(" "));

const pieces = {
  space: /[\0- \u00a0\ufeff\u2028\u2029]+/y,
  line: /[^\n\r\u2028\u2029]*/y,
  number: /\.?[0-9][\w$.\x7f-\u009f\u00a1-\u2027\u202a-\ufefe\uff00-\uffff]*/y,
  name: /[\w$\x7f-\u009f\u00a1-\u2027\u202a-\ufefe\uff00-\uffff]*/y,
  sign: /\.\.\.|\?\.(?![0-9])|\/=|[-+*%&|^<>=!?~]+|[^]/y, // operators together: = alone is an assignment
};

// tokenize cuts a text into tokens and leaves out white space and comments. What
// is never closed reaches to the end of its line, or of the text. Kinds: name,
// string (without a backslash or ${ in it), value (any other string, a number, a
// regular expression), sign. match is the other half of a pair of brackets, or -1.
function tokenize(text) {
  const tokens = [];
  const open = []; // brackets that are not closed yet
  let braces = 0; // how many of them are { or ${
  let at = 0;

  // piece is where a piece that begins at from ends.
  function piece(kind, from = at) {
    pieces[kind].lastIndex = from;
    pieces[kind].test(text);
    return pieces[kind].lastIndex;
  }

  function add(kind, end) {
    const quote = kind === "string" ? 1 : 0;
    tokens.push({ kind, from: at, word: kind === "value" ? "" : text.slice(at + quote, end - quote), match: -1 });
    at = end;
  }

  function quoted(quote) {
    let kind = "string";
    for (let i = at + 1; i < text.length; i++) {
      if (text[i] === quote) return add(kind, i + 1);
      if (text[i] === "\n" || text[i] === "\r") return add("value", i);
      if (text[i] !== "\\") continue;
      kind = "value";
      i += escape(i);
    }
    add("value", text.length);
  }

  function backquoted(kind, skip) {
    for (let i = at + skip; i < text.length; i++) {
      if (text[i] === "`") return add(kind, i + 1);
      if (text[i] === "$" && text[i + 1] === "{") return opens(i + 2);
      if (text[i] !== "\\") continue;
      kind = "value";
      i += escape(i);
    }
    add("value", text.length);
  }

  const escape = (i) => text.startsWith("\\\r\n", i) ? 2 : 1;

  function opens(end) {
    open.push(tokens.length);
    add("sign", end);
    if (text[end - 1] === "{") braces++;
  }

  // closes ends the bracket that is open, and with a brace those that were left
  // open in it. Behind ${ } text in backquotes goes on.
  function closes(sign) {
    let opened = -1;
    const last = (i) => tokens[i]?.word.at(-1);
    if (sign === "}" && braces) {
      while (last(opened) !== "{") opened = open.pop();
      braces--;
    } else if (last(open.at(-1)) === { ")": "(", "]": "[" }[sign] && open.length) {
      opened = open.pop();
    }
    add("sign", at + 1);
    if (opened < 0) return;
    tokens[opened].match = tokens.length - 1;
    tokens.at(-1).match = opened;
    if (tokens[opened].word.length > 1) backquoted("value", 0);
  }

  const isDot = (token) => token?.kind === "sign" && (token.word === "." || token.word === "?.");

  // afterOperand tells whether a / divides what stands before it.
  function afterOperand() {
    const last = tokens.at(-1);
    if (last?.kind === "name") return !keywords.has(last.word) || isDot(tokens.at(-2));
    return last && (last.kind !== "sign" || ")]}".includes(last.word));
  }

  function commentEnd() {
    const end = text.indexOf("*/", at + 2);
    return end < 0 ? text.length : end + 2;
  }

  function regexpEnd() {
    const end = piece("line");
    let inClass = false;
    for (let i = at + 1; i < end; i++) {
      if (text[i] === "\\") i++;
      else if (text[i] === "[") inClass = true;
      else if (text[i] === "]") inClass = false;
      else if (text[i] === "/" && !inClass) return piece("name", i + 1);
    }
    return end;
  }

  while (at < text.length) {
    const c = text[at];
    const next = text[at + 1];
    if ((c <= " " || c > "~") && piece("space")) at = pieces.space.lastIndex;
    else if (c === "/" && next === "/") at = piece("line");
    else if (c === "/" && next === "*") at = commentEnd();
    else if (c === '"' || c === "'") quoted(c);
    else if (c === "`") backquoted("string", 1);
    else if ((c === "." || c >= "0" && c <= "9") && piece("number")) add("value", pieces.number.lastIndex);
    else if (piece("name") > at) add("name", pieces.name.lastIndex);
    else if (c === "/" && !afterOperand()) add("value", regexpEnd());
    else if ("([{".includes(c)) opens(at + 1);
    else if (")]}".includes(c)) closes(c);
    else add("sign", piece("sign"));
  }
  return tokens;
}
