import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeviceView, Plan } from "../src/api_types.ts";
import { milliseconds, nextStart, stateOf } from "../src/device_state.ts";

const NOON = Date.parse("2026-11-27T12:00:00Z");
const at = (hours: number) => new Date(NOON + hours * 3_600_000).toISOString();

function washer(parts: Partial<DeviceView>, state: Partial<DeviceView["state"]> = {}): DeviceView {
  const seen = { presence: "present", on: true, power_w: 0, running: null, level: null, ...state };
  return { profile: { id: "washer", name: "Washer" }, state: seen, next_cycle: null, commitment: null, override: null, ...parts } as DeviceView;
}

const CYCLE = { device_id: "washer", programme_id: "normal", start: at(1), end: at(3), fixed: false, phase_starts: [] };

test("a device that does not answer is gone, whatever is planned", () => {
  assert.equal(stateOf(washer({ next_cycle: CYCLE }, { presence: "gone" }), null, NOON).key, "state.gone");
});

test("a person's word is told before the plan", () => {
  const override = { device_id: "washer", mode: "off", until: at(2), by: "Ada" } as const;
  const state = stateOf(washer({ override, next_cycle: CYCLE }), null, NOON);
  assert.deepEqual(state, { key: "state.off_until", tone: "ordered", end: NOON + 7_200_000, by: "Ada" });
});

test("a planned cycle tells its start and end, and an agreed one that it is agreed", () => {
  assert.equal(stateOf(washer({ next_cycle: CYCLE }), null, NOON).key, "state.starts");
  const commitment = { device_id: "washer" } as DeviceView["commitment"];
  assert.equal(stateOf(washer({ next_cycle: CYCLE, commitment }), null, NOON).key, "state.agreed");
});

test("a running cycle tells when it is ready", () => {
  const running = { device_id: "washer", programme_id: "normal", started_at: at(-1) };
  const fixed = { ...CYCLE, start: at(-1), end: at(1), fixed: true };
  const state = stateOf(washer({ next_cycle: fixed }, { running, power_w: 2000 }), null, NOON);
  assert.deepEqual(state, { key: "state.running_until", tone: "running", power_w: 2000, end: NOON + 3_600_000 });
});

test("a device that gives is told so with a positive power", () => {
  assert.deepEqual(stateOf(washer({}, { power_w: -1500 }), null, NOON), { key: "state.gives", tone: "running", power_w: 1500 });
});

test("a device without cycles tells when it runs next", () => {
  const plan = { slots: [{ start: at(0), end: at(1) }, { start: at(1), end: at(2) }], power_w: { washer: [0, 800] } } as unknown as Plan;
  assert.deepEqual(stateOf(washer({}), plan, NOON), { key: "state.next", tone: "planned", start: NOON + 3_600_000 });
});

test("a device that rests is on or off", () => {
  assert.equal(stateOf(washer({}), null, NOON).key, "state.idle");
  assert.equal(stateOf(washer({}, { on: false }), null, NOON).key, "state.off");
});

test("the next start is the earliest that is to come", () => {
  const past = washer({ next_cycle: { ...CYCLE, start: at(-1) } });
  const later = washer({ next_cycle: { ...CYCLE, start: at(5) } });
  const soon = washer({ next_cycle: CYCLE });
  assert.equal(nextStart([past, later, soon], NOON)?.start, NOON + 3_600_000);
  assert.equal(nextStart([past], NOON), null);
});

test("a span of the API is read", () => {
  assert.equal(milliseconds("PT1H30M"), 5_400_000);
  assert.equal(milliseconds("P1DT0.5S"), 86_400_500);
  assert.equal(milliseconds("whatever"), 0);
});
