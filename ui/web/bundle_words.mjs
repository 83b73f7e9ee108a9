// Bundles the texts of the other languages as their values alone: all languages have the same keys, and those are said once.
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";

const WORDS = "../drrouter_ui/words";
const OTHERS = /[\\/]words[\\/](reasons[\\/])?(de|fr|nl)\.json$/;
const REASON_KEYS = "reason-keys";

/** English has every key of the texts; of the reasons it has none, so their keys are a module of their own. */
const FOLDERS = {
  words: { first: `${WORDS}/en.json`, keys: 'import en from "./en.json" with { type: "json" }; const keys = Object.keys(en);' },
  reasons: { first: `${WORDS}/reasons/de.json`, keys: `import keys from "${REASON_KEYS}";` },
};

export const bundleWords = {
  name: "words",
  setup(build) {
    build.onLoad({ filter: OTHERS }, ({ path }) => valuesOf(path));
    build.onResolve({ filter: new RegExp(`^${REASON_KEYS}$`) }, () => ({ path: REASON_KEYS, namespace: REASON_KEYS }));
    build.onLoad({ filter: /./, namespace: REASON_KEYS }, async () => ({
      contents: JSON.stringify(Object.keys(await read(FOLDERS.reasons.first))),
      loader: "json",
    }));
  },
};

/** A module that gives the same object as the file does. */
async function valuesOf(path) {
  const folder = FOLDERS[OTHERS.exec(path)[1] ? "reasons" : "words"];
  const [keys, texts] = [Object.keys(await read(folder.first)), await read(path)];
  const wrong = [...keys.filter((key) => !(key in texts)), ...Object.keys(texts).filter((key) => !keys.includes(key))];
  if (wrong.length) throw new Error(`${path} has not the keys of ${folder.first}: ${wrong.join(", ")}`);
  const values = JSON.stringify(keys.map((key) => texts[key]));
  const contents = `${folder.keys} const texts = ${values}; export default Object.fromEntries(keys.map((key, place) => [key, texts[place]]));`;
  return { contents, loader: "js", resolveDir: dirname(path) };
}

async function read(path) {
  return JSON.parse(await readFile(path, "utf8"));
}
