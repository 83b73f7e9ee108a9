import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { clock, hourOfDay, money, plain, power, preferred, sentenceOf, span, speak, t, zone } from "../src/words.ts";

afterEach(() => speak("en"));
zone.value = "Europe/Amsterdam";

test("a count chooses the plural form of the language", async () => {
  assert.equal(t("devices.count", { count: 1 }), "1 device");
  assert.equal(t("devices.count", { count: 2 }), "2 devices");
  await speak("fr");
  assert.equal(t("devices.count", { count: 0 }), "0 appareil");
});

test("what French sets apart does not begin a line", async () => {
  await speak("fr");
  assert.match(t("state.well_next", { name: "Washer", start: "14:00" }), /Ensuite\u00a0: Washer/);
});

test("a value that is missing shows, and stops nothing", () => {
  assert.equal(t("act.auto"), "? follows the plan.");
});

test("markup in a value stays text", () => {
  assert.equal(t("act.auto", { name: "<b>{name}</b>" }), "<b>{name}</b> follows the plan.");
});

test("numbers and money are read in the person's language", async () => {
  assert.equal(power(2170), "2.17\u202fkW");
  await speak("de");
  assert.equal(power(2170), "2,17\u202fkW");
  assert.equal(money(0.5, "EUR"), "0,50\u00a0€");
  assert.equal(money(0.046, "EUR"), "0,046\u00a0€");
});

test("a small negative amount is no amount with a sign", () => {
  assert.equal(money(-0.0001, "EUR", 2), "€0.00");
});

test("a currency that nobody knows is shown as it is", () => {
  assert.equal(money(1, "a\u202eb"), "1.00 ab");
});

test("an instant is told by its time today, with the weekday this week, else with the date", () => {
  const noon = Date.parse("2026-11-27T12:00:00Z");
  assert.match(clock(noon + 3_600_000, noon), /^0?2:00|14:00/);
  assert.match(clock(noon + 86_400_000, noon), /^Sat /);
  assert.match(clock(noon + 20 * 86_400_000, noon), /17/);
});

test("the hour of the day is the site's, in summer and winter", () => {
  assert.equal(hourOfDay(Date.parse("2026-07-01T10:30:00Z")), 12.5);
  assert.equal(hourOfDay(Date.parse("2026-12-01T10:30:00Z")), 11.5);
});

test("a span leaves out what is nothing", () => {
  assert.equal(span(5_400_000), "1 h 30 min");
  assert.equal(span(7_200_000), "2 h");
  assert.equal(span(90_000), "2 min");
});

test("a hostile name is one short line without control and direction marks", () => {
  assert.equal(plain("Wash\u202eer\u0000\nnow\u2028", 60), "Washer now");
  assert.equal(plain("x".repeat(65_536), 60).length, 60);
  assert.equal(plain("for €\u00a01.84\tnow"), "for €\u00a01.84 now"); // an amount stays in one line
});

test("a text from outside becomes a sentence", () => {
  assert.equal(sentenceOf("limit of 5750 W"), "Limit of 5750 W.");
  assert.equal(sentenceOf("Why?"), "Why?");
  assert.equal(sentenceOf(""), "");
});

test("the first known language of the browser is spoken", () => {
  assert.equal(preferred(["tlh", "nl-BE", "en"]), "nl");
  assert.equal(preferred([]), "en");
});
