import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeviceView, Event, EventView, Payload, Plan } from "../src/api_types.ts";
import { browserOf } from "../src/browser_of.ts";
import { effectOf, meanwhile, ordered, outsOf, saidBy, spanOf, typeName, wordId } from "../src/events_view.ts";

const NOON = Date.parse("2026-11-27T12:00:00Z");
const at = (hours: number) => new Date(NOON + hours * 3_600_000).toISOString();

function payload(type: Payload["type"], start: number, end: number, value: number, text = ""): Payload {
  return { type, interval: { start: at(start), end: at(end) }, value, text, unit: "", curve: [] };
}

const event = (...payloads: Payload[]) => ({ id: "one", provider: "grid", payloads }) as unknown as Event;
const view = (phase: EventView["phase"], start: number) =>
  ({ event: event(payload("SIMPLE", start, start + 1, 1)), phase }) as EventView;

test("prices of a day are one row with their bounds", () => {
  const [said] = saidBy(event(payload("PRICE", 0, 1, 0.3), payload("PRICE", 1, 2, 0.1)));
  assert.deepEqual(said, { kind: "price", type: "PRICE", count: 2, low: 0.1, high: 0.3, text: "" });
});

test("prices ask for nothing, a limit does, and a shed only above its level 0", () => {
  assert.equal(effectOf(event(payload("PRICE", 0, 9, 0.3))), null);
  assert.equal(effectOf(event(payload("SIMPLE", 0, 1, 0))), null);
  const both = event(payload("PRICE", 0, 9, 0.3), payload("IMPORT_CAPACITY_LIMIT", 1, 2, 2000));
  assert.deepEqual(effectOf(both), { start: NOON + 3_600_000, end: NOON + 7_200_000 });
  assert.equal(spanOf(both)?.end, NOON + 9 * 3_600_000);
});

test("meanwhile the plan takes so much at most, and these devices rest", () => {
  const plan = {
    slots: [0, 1, 2].map((hour) => ({ start: at(hour), end: at(hour + 1) })),
    grid_w: [3000, 900, 1200],
    power_w: { car: [2000, 0, 0], washer: [0, 500, 0] },
  } as unknown as Plan;
  const devices = ["car", "washer", "roof"].map((id) => ({ profile: { id } }) as DeviceView);
  const does = meanwhile(event(payload("IMPORT_CAPACITY_LIMIT", 1, 3, 2000)), plan, devices);
  assert.equal(does?.most_w, 1200);
  assert.deepEqual(does?.resting.map((one) => one.profile.id), ["car"]);
  assert.equal(meanwhile(event(payload("SIMPLE", 5, 6, 1)), plan, devices), null);
});

test("what is to come stands in order, what is over the newest first", () => {
  const { open, over } = ordered([view("over", -5), view("coming", 3), view("over", -2), view("in_force", 0)]);
  assert.deepEqual(open.map((one) => one.phase), ["in_force", "coming"]);
  assert.deepEqual(over.map((one) => one.event.payloads[0]?.interval.start), [at(-2), at(-5)]);
});

test("an opt-out of another provider's event of the same name is not this one's", () => {
  const word = { until: at(1), provider: "grid", event_id: "one", device_id: null, by: "Ada" };
  assert.deepEqual(outsOf(view("coming", 0), [word, { ...word, provider: "other" }]), [word]);
});

test("types and browsers are named shortly", () => {
  assert.equal(typeName("ALERT_FLEX_ALERT"), "flex alert");
  assert.equal(browserOf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130 Safari/537.36"), "Chrome, Linux");
  assert.equal(browserOf("curl"), "curl");
});

test("an opt-out is named as the router names it", () => {
  assert.equal(wordId({ provider: null, event_id: null, device_id: "washer" }), "*:*:washer");
  assert.equal(wordId({ provider: "grid", event_id: "a:b (1)", device_id: null }), "grid:a%3Ab%20%281%29:*");
});
