import assert from "node:assert/strict";
import { test } from "node:test";
import { ends } from "../src/ends.ts";

const ZONE = "Europe/Amsterdam";
const utc = (text: string) => Date.parse(`2026-11-27T${text}:00Z`);

test("what is ordered at noon may end in an hour, this evening or tomorrow morning, by the site's clock", () => {
  assert.deepEqual(ends(utc("11:00"), ZONE), [
    { key: "hour", at: utc("12:00") },
    { key: "evening", at: utc("19:00") },
    { key: "tomorrow", at: utc("06:00") + 86_400_000 },
  ]);
});

test("in the evening no evening is left to choose", () => {
  assert.deepEqual(ends(utc("18:30"), ZONE).map((end) => end.key), ["hour", "tomorrow"]);
});

test("the night of changing clocks does not move the morning", () => {
  const [, , tomorrow] = ends(Date.parse("2026-10-24T10:00:00Z"), ZONE);
  assert.equal(tomorrow?.at, Date.parse("2026-10-25T06:00:00Z"));
});
