import assert from "node:assert/strict";
import { test } from "node:test";
import { messages } from "../src/events_of.ts";
import { routeOf, to } from "../src/route.ts";
import { instantOf, wallTime } from "../src/site_time.ts";

async function* chunks(...parts: string[]): AsyncGenerator<string> {
  yield* parts;
}

test("messages are whole, however they are cut", async () => {
  const read = [];
  for await (const message of messages(chunks(": still", " here\n\nevent: pl", 'an\ndata: {"a":', "1}\n", "\nevent: x"))) read.push(message);
  assert.deepEqual(read, [
    { event: "", data: "" },
    { event: "plan", data: '{"a":1}' },
  ]);
});

test("an address names a screen and what it is about", () => {
  assert.deepEqual(routeOf("#/device/a%2Fb"), { screen: "device", about: "a/b" });
  assert.deepEqual(routeOf(""), { screen: "today", about: "" });
  assert.deepEqual(routeOf("#/device/%ff"), { screen: "today", about: "" });
  assert.deepEqual(routeOf(to("why", "a/b")), { screen: "why", about: "a/b" });
});

test("a time that is written at the site means the same instant everywhere", () => {
  for (const wall of ["2026-07-01T13:00", "2026-12-01T00:30"]) {
    assert.equal(wallTime(instantOf(wall, "Europe/Amsterdam"), "Europe/Amsterdam"), wall);
  }
  assert.equal(instantOf("2026-07-01T13:00", "Europe/Amsterdam"), Date.parse("2026-07-01T11:00:00Z"));
});
