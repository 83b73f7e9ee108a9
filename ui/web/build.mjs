// Bundles the panel into dist/: hashed names, relative addresses, nothing from outside this tree.
import { readFile, rm, writeFile, mkdir } from "node:fs/promises";
import { basename } from "node:path";
import { build } from "esbuild";
import { bundleChart } from "./bundle_chart.mjs";
import { bundleWords } from "./bundle_words.mjs";

const OUT = "dist";
const BUNDLED = ["preact", "@preact/signals", "@preact/signals-core", "chart.js"];

await rm(OUT, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ["src/main.tsx", "src/style.css", "src/icon.svg"],
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: "esm",
  charset: "utf8",
  target: "es2022",
  minify: true,
  metafile: true,
  legalComments: "none", // licences.txt has them whole
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".svg": "copy" },
  plugins: [bundleChart, bundleWords],
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
});

/** The file that a source has become. */
function built(source) {
  const found = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === source);
  return basename(found ? found[0] : Object.keys(metafile.outputs).find((name) => name.includes("/icon-")));
}

const words = JSON.parse(await readFile("../drrouter_ui/words/en.json", "utf8"));
const fields = {
  icon: built("src/icon.svg"),
  style: built("src/style.css"),
  script: built("src/main.tsx"),
  noscript: words["app.no_script"],
};
await mkdir(OUT, { recursive: true });
for (const name of ["index.html", "panel.webmanifest"]) {
  const template = await readFile(`src/${name}`, "utf8");
  await writeFile(`${OUT}/${name}`, template.replace(/{{(\w+)}}/g, (_, field) => fields[field]));
}

const licences = BUNDLED.map(async (name) => `${name}\n\n${await readFile(`node_modules/${name}/LICENSE`, "utf8").catch(() => readFile(`node_modules/${name}/LICENSE.md`, "utf8"))}`);
await writeFile(`${OUT}/licences.txt`, (await Promise.all(licences)).join("\n\n"));
