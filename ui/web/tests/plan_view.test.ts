import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plan, Timeline } from "../src/api_types.ts";
import { picture, QUARTER_MS, rank, rows } from "../src/plan_view.ts";

const NOON = Date.parse("2026-11-27T12:00:00Z");
const at = (minutes: number) => new Date(NOON + minutes * 60_000).toISOString();
const span = (from: number, to: number) => ({ start: at(from), end: at(to) });

const PLAN = {
  slots: [span(0, 15), span(15, 30), span(30, 90)],
  power_w: { washer: [2000, 0, 500] },
  grid_w: [2300, 300, 900],
  marginal_price: [0.1, 0.2, 0.3],
  data_rung: "live",
  currency: "EUR",
} as unknown as Plan;

const WASHER = { id: "washer", name: "Washer" };

function timeline(parts: Partial<Timeline>): Timeline {
  return { import_price: { steps: [] }, limits: [], sheds: [], alerts: [], peaks: [], ...parts } as unknown as Timeline;
}

test("a longer slot fills each of its quarters", () => {
  const shown = picture(PLAN, null, [WASHER], NOON);
  assert.equal(shown.starts.length, 6);
  assert.deepEqual(shown.layers[1]?.power_w, [2000, 0, 500, 500, 500, 500]);
});

test("what no device of the plan uses is the rest of the home, and stands first", () => {
  const shown = picture(PLAN, null, [WASHER], NOON);
  assert.equal(shown.layers[0]?.deviceId, null);
  assert.deepEqual(shown.layers[0]?.power_w, [300, 300, 400, 400, 400, 400]);
});

test("a picture begins with the quarter of now", () => {
  assert.equal(picture(PLAN, null, [WASHER], NOON + 20 * 60_000).starts[0], NOON + QUARTER_MS);
});

test("a published price is known, and one that the plan assumes is only expected", () => {
  const holds = timeline({ import_price: { steps: [[span(0, 30), 0.25]] } });
  const shown = picture(PLAN, holds, [WASHER], NOON);
  assert.deepEqual(shown.price, [0.25, 0.25, 0.3, 0.3, 0.3, 0.3]);
  assert.deepEqual(shown.known, [true, true, false, false, false, false]);
});

test("what stands in for a price that nobody has published yet is only expected", () => {
  const holds = timeline({ import_price: { steps: [[span(0, 90), 0.25]] } });
  const shown = picture(PLAN, holds, [WASHER], NOON, NOON + 3 * QUARTER_MS);
  assert.deepEqual(shown.known, [true, true, true, false, false, false]);
});

test("without any source of prices nothing is known", () => {
  const blind = { ...PLAN, data_rung: "best_practice" } as Plan;
  const holds = timeline({ import_price: { steps: [[span(0, 90), 0.25]] } });
  assert.ok(picture(blind, holds, [WASHER], NOON).known.every((known) => !known));
});

test("a provider's limit is shaded, and the home's own fuse is not", () => {
  const own = { interval: span(0, 90), max_w: 5750, provider: null };
  const asked = { interval: span(15, 30), max_w: 3000, provider: "grid" };
  const holds = timeline({ limits: [own, asked] as unknown as Timeline["limits"] });
  const shown = picture(PLAN, holds, [WASHER], NOON);
  assert.deepEqual(shown.spans, [{ kind: "limit", from: NOON + QUARTER_MS, to: NOON + 2 * QUARTER_MS, most_w: 3000 }]);
});

test("the table has an hour a row, with means", () => {
  const table = rows(picture(PLAN, null, [WASHER], NOON));
  assert.equal(table.length, 2);
  assert.deepEqual(table[0]?.power_w, [350, 750]);
});

test("a price is low or high among those to come by thirds of their range", () => {
  assert.equal(rank(0.1, [0.1, 0.4]), "low");
  assert.equal(rank(0.25, [0.1, 0.4]), "usual");
  assert.equal(rank(0.4, [0.1, null, 0.4]), "high");
});

test("where all prices are equal, none is low or high", () => {
  assert.equal(rank(0.3, [0.3, 0.3]), "usual");
  assert.equal(rank(null, [0.1, 0.4]), "usual");
});
