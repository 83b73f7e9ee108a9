import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryView } from "../src/api_types.ts";
import { addressOf, chosenOf, colourAt, highest, moved, partsOf } from "../src/history_view.ts";

const use = (device_id: string | null, taken_wh: number) => ({ device_id, figures: { taken_wh } });
const VIEW = {
  devices: [use("washer", 0), use("car", 0), use(null, 0)],
  bars: [{ uses: [use("car", 300), use(null, 200)] }, { uses: [use("washer", 100)] }, { uses: [] }],
} as unknown as HistoryView;

test("an address names a span and a day, and anything else is today", () => {
  assert.deepEqual(chosenOf("week-2026-11-27", "2026-06-01"), { span: "week", date: "2026-11-27" });
  assert.deepEqual(chosenOf("decade-2026-11-27", "2026-06-01"), { span: "day", date: "2026-06-01" });
  assert.deepEqual(chosenOf("day-2026-99-99", "2026-06-01"), { span: "day", date: "2026-06-01" });
  assert.equal(addressOf({ span: "year", date: "2026-01-01" }), "year-2026-01-01");
});

test("earlier and later keep to the calendar", () => {
  assert.equal(moved({ span: "day", date: "2026-03-01" }, -1).date, "2026-02-28");
  assert.equal(moved({ span: "week", date: "2026-12-30" }, 1).date, "2027-01-06");
  assert.equal(moved({ span: "month", date: "2026-01-31" }, 1).date, "2026-02-01");
  assert.equal(moved({ span: "year", date: "2026-06-01" }, -1).date, "2025-01-01");
});

test("the parts of a bar stand on one another, in the order of the devices", () => {
  assert.deepEqual(partsOf(VIEW.bars[0]!, VIEW), [
    { place: 1, from_wh: 0, wh: 300 },
    { place: 2, from_wh: 300, wh: 200 },
  ]);
  assert.equal(highest(VIEW), 500);
  assert.deepEqual([0, 1, 2].map((place) => colourAt(VIEW, place)), ["c1", "c2", "c0"]);
});
