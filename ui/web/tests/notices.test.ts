import assert from "node:assert/strict";
import { test } from "node:test";
import { noticesOf } from "../src/notices.ts";

const LOST = "The link to grid is lost since 10:02.";

test("what the headline says is not said twice", () => {
  assert.deepEqual(noticesOf([LOST, "Grid emergency."], `${LOST} Freezer cannot be reached.`), ["Grid emergency."]);
});

test("what it has no room for is said below it", () => {
  assert.deepEqual(noticesOf([LOST], "Everything is amiss, and…"), [LOST]);
});

test("nothing is no notice, and the same twice is one", () => {
  assert.deepEqual(noticesOf(["", LOST, LOST], ""), [LOST]);
});
