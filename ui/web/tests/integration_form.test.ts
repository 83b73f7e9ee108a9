import assert from "node:assert/strict";
import { test } from "node:test";
import { changesOf, fieldsOf, hasSecret, shownOf } from "../src/integration_form.ts";

const MQTT = {
  domain: "mqtt",
  title: "MQTT",
  form: {
    required: ["host"],
    properties: {
      poll_s: { type: "number", default: 30 },
      port: { anyOf: [{ type: "integer" }, { type: "null" }], default: null },
      host: { type: "string" },
      tls: { type: "boolean", default: false },
      password_file: { type: "string" },
      radio: { type: "string", enum: ["znp", "ezsp"] },
    },
  },
};
const FIELDS = fieldsOf(MQTT);

test("a form has the main settings alone, each in its kind", () => {
  const told = FIELDS.map(({ key, kind, required }) => [key, kind, required]);
  assert.deepEqual(told, [
    ["host", "text", true],
    ["port", "number", false],
    ["radio", "choice", false],
    ["tls", "switch", false],
  ]);
  assert.ok(hasSecret(MQTT));
  assert.ok(!hasSecret({ ...MQTT, form: {} }));
  assert.deepEqual(fieldsOf({ ...MQTT, form: {} }), []);
});

test("only what was changed is sent, numbers as numbers, and nothing typed takes a key out", () => {
  const before = shownOf(FIELDS, { host: "broker", port: 1883, tls: true });
  assert.deepEqual(before, { host: "broker", port: "1883", radio: "", tls: true });
  assert.deepEqual(changesOf(FIELDS, before, before), {});
  const now = { host: " other ", port: "", radio: "znp", tls: false };
  assert.deepEqual(changesOf(FIELDS, before, now), { host: "other", port: null, radio: "znp", tls: false });
  assert.deepEqual(changesOf(FIELDS, before, { ...before, port: "8883" }), { port: 8883 });
});
