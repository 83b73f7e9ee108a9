import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

const DIST = new URL("../dist/", import.meta.url);
const WORDS = new URL("../../drrouter_ui/words/", import.meta.url);

for (const language of ["de", "fr", "nl"]) {
  test(`the bundled texts of "${language}" are those of its files, without their keys`, async () => {
    const [bundle, ...others] = (await readdir(DIST)).filter((name) => name.startsWith(`${language}-`) && name.endsWith(".js"));
    assert.equal(others.length, 0);
    const { words, reasons } = await import(new URL(bundle ?? "", DIST).href);
    assert.deepEqual(words, JSON.parse(await readFile(new URL(`${language}.json`, WORDS), "utf8")));
    assert.deepEqual(reasons, JSON.parse(await readFile(new URL(`reasons/${language}.json`, WORDS), "utf8")));
    assert.ok(!(await readFile(new URL(bundle ?? "", DIST), "utf8")).includes("nav.settings"));
  });
}
