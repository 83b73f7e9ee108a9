import assert from "node:assert/strict";
import { test } from "node:test";
import type { SetupChoices, SetupView, Stranger } from "../src/api_types.ts";
import { after, before, currencyOf, deviceOf, picksOf, sorted, stepOf, typed, zoneToPropose } from "../src/setup_plan.ts";

const tariff = (id: string, country: string, time_zone: string) => ({ id, name: id, note: "", country, time_zone, currency: "EUR", follows_provider: false });
const CHOICES = {
  zones: [
    { name: "Europe/Berlin", country: "DE", currency: "EUR" },
    { name: "Europe/London", country: "GB", currency: "GBP" },
    { name: "Europe/Moon", country: "", currency: "" },
  ],
  tariffs: [tariff("nl.a", "NL", "Europe/Amsterdam"), tariff("de.a", "DE", "Europe/Berlin"), tariff("gb.a", "GB", "UTC")],
} as unknown as SetupChoices;
const PLUG: Stranger = { integration: "kasa", address: "10.0.0.7:9999", device_id: "plug", name: "Plug", maker: "", match: { alias: "Plug" }, model_id: "kasa.kp115", confidence: 0.5 };

test("steps follow one another", () => {
  assert.equal(stepOf("devices"), "devices");
  assert.equal(stepOf("nowhere"), "place");
  assert.deepEqual([before("place"), after("place"), before("hand"), after("hand")], [null, "tariff", "apply", null]);
});

test("numbers are read with comma or point", () => {
  assert.deepEqual([typed("0,30"), typed(" 8050 "), typed("")], [0.3, 8050, null]);
  assert.ok(Number.isNaN(typed("a lot")));
});

test("tariffs of the country come first", () => {
  const ids = (zone: string) => sorted(CHOICES, zone).tariffs.map((one) => one.id);
  assert.deepEqual(ids("Europe/Berlin"), ["de.a", "nl.a", "gb.a"]);
  assert.deepEqual(ids("Europe/London"), ["gb.a", "nl.a", "de.a"]);
  assert.equal(sorted(CHOICES, "Europe/Moon").near, 0);
  assert.equal(currencyOf(CHOICES, "Europe/London", "EUR"), "GBP");
  assert.equal(currencyOf(CHOICES, "Europe/Moon", "EUR"), "EUR");
});

test("the browser's zone is proposed to a new home alone", () => {
  const view = (devices: unknown[]) => ({ devices, providers: [], site: { time_zone: "UTC" } }) as unknown as SetupView;
  assert.equal(zoneToPropose(view([]), CHOICES, "Europe/Berlin"), "Europe/Berlin");
  assert.equal(zoneToPropose(view([]), CHOICES, "Mars/Base"), "UTC");
  assert.equal(zoneToPropose(view([1]), CHOICES, "Europe/Berlin"), "UTC");
});

test("found devices that a model knows are chosen, and are only watched at first", () => {
  const [known, unknown] = picksOf([PLUG, { ...PLUG, model_id: null }]);
  assert.deepEqual([known?.chosen, known?.model, unknown?.chosen, unknown?.model], [true, "kasa.kp115", false, ""]);
  assert.deepEqual(deviceOf({ ...known!, name: "Freezer", model: "generic.freezer" }), {
    id: "plug",
    name: "Freezer",
    model: "generic.freezer",
    integration: "kasa",
    match: { alias: "Plug" },
    watch_only: true,
  });
});
