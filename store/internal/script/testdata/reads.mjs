// Answers a JSON list of scripts with what the editor's function says of each.
import { readFileSync } from "node:fs";
import { reads } from "../../../../static/src/reads.js";

const answer = (script) => reads(script).map(({ name, from, line }) => {
  if (!script.startsWith(name, from)) throw new Error(`${name} is not at ${from}`);
  return `${name || "*"}:${line}`;
});

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)));
