import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Reason } from "../src/api_types.ts";
import { say } from "../src/reasons.ts";
import { speak, zone } from "../src/words.ts";

afterEach(() => speak("en"));
zone.value = "Europe/Amsterdam";

const SETTING = { currency: "EUR", now: Date.parse("2026-11-27T12:00:00Z") };
const between: Reason = { code: "storage.between", values: { since: "2026-11-27T13:00:00Z", until: "2026-11-27T15:00:00Z" }, parts: [] };
const REASON: Reason = { code: "storage.less_full", values: { label: "Auto", energy: 5.5, cost: 1.2, difference: 0.3 }, parts: [between] };

test("in English the router's own words stand", () => {
  assert.equal(say([REASON], "Its own words.", SETTING), "Its own words.");
});

test("in another language a reason is said with its values and parts", async () => {
  await speak("de");
  const said = say([REASON], "", SETTING);
  assert.match(said, /^Auto nimmt 5,5\u202fkWh zwischen 14:00 und 16:00 für 1,20\u00a0€, 0,30\u00a0€ weniger als mit voller Leistung ab jetzt\.$/);
});

test("a reason that nobody knows leaves the router's own words", async () => {
  await speak("nl");
  const strange = { ...REASON, parts: [{ ...between, code: "new.one" }] };
  assert.equal(say([REASON, strange], "Its own words.", SETTING), "Its own words.");
  assert.equal(say([null], "Its own words.", SETTING), "Its own words.");
});

test("a value that is missing shows, and stops nothing", async () => {
  await speak("fr");
  assert.match(say([{ ...REASON, values: {} }], "", SETTING), /^\? prend \?/);
});

test("nothing that a stranger writes is read as a template, and no code that only objects have is known", async () => {
  await speak("de");
  const named = (label: string): Reason => ({ ...REASON, values: { ...REASON.values, label } });
  assert.match(say([named("{0}{parts}$&\u202e<b>")], "", SETTING), /^\{0\}\{parts\}\$&<b> nimmt/);
  for (const code of ["toString", "constructor", "__proto__"]) {
    assert.equal(say([{ code, values: {}, parts: [] }], "Its own words.", SETTING), "Its own words.");
  }
  assert.match(say([{ ...REASON, values: { label: "Auto", energy: "{x}", cost: "much" } }], "", SETTING), /^Auto nimmt \{x\} .* für much/);
});

test("a price is said with all its decimals", async () => {
  await speak("de");
  const price: Reason = { code: "now.price", values: { price: 0.07146, currency: "EUR" }, parts: [] };
  assert.match(say([{ ...price, parts: [{ code: "said.text", values: { text: "Preis" }, parts: [] }] }], "", SETTING), /0,07146/);
});

test("a part stands in its place, and several stand one after the other", async () => {
  await speak("de");
  const text = (text: string): Reason => ({ code: "said.text", values: { text }, parts: [] });
  const both: Reason = { code: "said.sentences", values: {}, parts: [text("Eins."), text("Zwei.")] };
  assert.equal(say([both], "", SETTING), "Eins. Zwei.");
  const lost: Reason = { code: "offline.link_lost", values: { provider: "Netz", at: "2026-11-27T13:00:00Z" }, parts: [] };
  const waits: Reason = { code: "offline.waits", values: { due: "2026-11-27T15:00:00Z" }, parts: [lost] };
  assert.equal(say([waits], "", SETTING), "Die Verbindung zu Netz fehlt seit 14:00; das Offline-Profil gilt ab 16:00.");
  const wind: Reason = { code: "now.alert", values: {}, parts: [{ code: "alert.wind", values: {}, parts: [] }] };
  assert.equal(say([wind], "", SETTING), "Meldung: Sturm");
});
