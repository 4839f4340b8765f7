// Makes static/vendor from the packages that package-lock.json pins, and app.js and
// app.css from src/. vendor/editor.js is both: src/editor.js with the packages it imports.
//
//   npm ci --ignore-scripts && node vendor.mjs           writes them
//   npm ci --ignore-scripts && node vendor.mjs --check   fails if they are anything else
//
// All of it is committed, so that the build needs neither Node nor the network.
// vendor/manifest.json names every file's package, version, licence and checksum;
// a Go test compares it with the files.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync, transformSync } from "esbuild";

const here = import.meta.dirname;
const target = join(here, "vendor");

// A page may use these icons and no other. Names are Lucide's.
const icons = [
  "arrow-down", "arrow-left", "arrow-up", "badge-check", "ban", "bot", "calendar", "case-sensitive", "check", "chevron-down",
  "chevron-right", "chevrons-up-down", "circle-alert", "circle-check", "circle-dashed", "circle-dot",
  "circle-help", "clipboard-paste", "copy", "copy-plus", "corner-down-left", "download", "ellipsis", "eye",
  "eye-off", "filter", "flame", "git-compare", "history", "info", "key-round", "keyboard", "laptop",
  "list-filter", "lock-keyhole", "log-in", "log-out", "mail", "menu", "message-square-text", "monitor", "moon",
  "pencil", "plus", "power", "regex", "scroll-text", "search", "settings", "shield-check", "smartphone",
  "square-pen", "sun", "sun-moon", "tablet", "terminal", "timer", "trash-2", "triangle-alert", "type",
  "undo-2", "upload", "user", "user-check", "user-plus", "users", "webhook", "whole-word", "wrench", "x",
];

const packages = [
  {
    name: "htmx.org",
    licence: "0BSD",
    files: { "htmx.js": copy("dist/htmx.min.js"), "htmx-licence.txt": copy("LICENSE") },
  },
  {
    name: "@fontsource-variable/geist",
    licence: "OFL-1.1",
    files: {
      "geist-latin.woff2": copy("files/geist-latin-wght-normal.woff2"),
      "geist-latin-ext.woff2": copy("files/geist-latin-ext-wght-normal.woff2"),
      "geist-licence.txt": copy("LICENSE"),
    },
  },
  {
    name: "@fontsource-variable/jetbrains-mono",
    licence: "OFL-1.1",
    files: {
      "jetbrains-mono-latin.woff2": copy("files/jetbrains-mono-latin-wght-normal.woff2"),
      "jetbrains-mono-latin-ext.woff2": copy("files/jetbrains-mono-latin-ext-wght-normal.woff2"),
      "jetbrains-mono-licence.txt": copy("LICENSE"),
    },
  },
  {
    name: "lucide-static",
    licence: "ISC",
    files: { "icons.svg": sprite, "icons-licence.txt": copy("LICENSE") },
  },
];

function copy(path) {
  return (root) => readFileSync(join(root, path));
}

// sprite puts the icons into one file, a symbol each. A symbol carries its own
// stroke, because <use> takes nothing else over from the file.
function sprite(root) {
  const symbols = icons.map((name) => {
    const svg = readFileSync(join(root, "icons", `${name}.svg`), "utf8");
    const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.9"`
      + ` stroke-linecap="round" stroke-linejoin="round">${shapes.replace(/\s*\n\s*/g, "").replaceAll(" />", "/>")}</symbol>`;
  });
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
}

// bundle makes one script out of a module and what it imports, and names the
// packages that are in it.
function bundle(source, format) {
  const { outputFiles: [script], metafile } = buildSync({
    entryPoints: [join(here, "src", source)], absWorkingDir: here,
    bundle: true, minify: true, format, target: "es2022", charset: "utf8", write: false, metafile: true,
  });
  const used = Object.entries(Object.values(metafile.outputs)[0].inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const names = used.map(([path]) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean);
  return { script: Buffer.from(script.contents), packages: [...new Set(names)].sort() };
}

// stylesheet is src/app.css without what is for whoever edits it. Its addresses stay
// as they are: they are of files beside the result.
function stylesheet() {
  const { code } = transformSync(readFileSync(join(here, "src/app.css"), "utf8"), { loader: "css", minify: true, target: "chrome125" });
  return Buffer.from(code);
}

// describe reads what a package says of itself.
function describe(name) {
  return JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8"));
}

// licences are the texts of all packages in a bundle, one after the other.
function licences(names) {
  const texts = names.map((name) => {
    const text = readFileSync(join(here, "node_modules", name, "LICENSE"), "utf8");
    return `${name} ${describe(name).version}\n\n${text.trim()}\n`;
  });
  return Buffer.from(texts.join(`\n${"-".repeat(72)}\n\n`));
}

// build returns the content of every file by its path in this folder.
function build() {
  const made = new Map([["app.js", bundle("app.js", "iife").script], ["app.css", stylesheet()]]);
  const manifest = [];
  const vendor = (file, content, ...packages) => {
    made.set(join("vendor", file), content);
    const sha384 = createHash("sha384").update(content).digest("base64");
    manifest.push(...packages.map(({ name, licence }) => ({ file, name, version: describe(name).version, licence, sha384 })));
  };
  for (const { name, licence, files } of packages) {
    for (const [file, make] of Object.entries(files)) {
      vendor(file, make(join(here, "node_modules", name)), { name, licence });
    }
  }
  const editor = bundle("editor.js", "esm");
  const inside = editor.packages.map((name) => ({ name, licence: describe(name).license }));
  vendor("editor.js", editor.script, ...inside);
  vendor("editor-licences.txt", licences(editor.packages), ...inside);
  return made.set(join("vendor", "manifest.json"), Buffer.from(JSON.stringify(manifest, null, 2) + "\n"));
}

function write(made) {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  for (const [file, content] of made) {
    writeFileSync(join(here, file), content);
  }
}

function differences(made) {
  const kept = ["app.css", "app.js", ...readdirSync(target).map((file) => join("vendor", file))];
  return [
    ...kept.filter((file) => !made.has(file)).map((file) => `${file} is not ours`),
    ...[...made.keys()].filter((file) => !kept.includes(file)).map((file) => `${file} is missing`),
    ...kept.filter((file) => made.has(file) && !made.get(file).equals(readFileSync(join(here, file)))).map((file) => `${file} has changed`),
  ];
}

if (process.argv[2] === "--check") {
  const found = differences(build());
  for (const line of found) console.error(`static: ${line}`);
  process.exitCode = found.length ? 1 : 0;
} else {
  write(build());
}
