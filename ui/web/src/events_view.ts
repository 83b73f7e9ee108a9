// What an event asks for, when, and what the plan does meanwhile, as plain values; no words are made here.
import type { DeviceView, Event, EventView, OptOut, Payload, PayloadType, Plan } from "./api_types.ts";

export type Asks = "price" | "export_price" | "co2" | "limit" | "export_limit" | "shed" | "emergency" | "message" | "setpoint" | "other";

/** Everything of one kind that an event says. */
export interface Said {
  kind: Asks;
  type: PayloadType;
  count: number;
  low: number;
  high: number;
  text: string;
}

export interface Span {
  start: number;
  end: number;
}

const KINDS: Partial<Record<PayloadType, Asks>> = {
  PRICE: "price",
  EXPORT_PRICE: "export_price",
  GHG: "co2",
  IMPORT_CAPACITY_LIMIT: "limit",
  IMPORT_CAPACITY_SUBSCRIPTION: "limit",
  EXPORT_CAPACITY_LIMIT: "export_limit",
  EXPORT_CAPACITY_SUBSCRIPTION: "export_limit",
  SIMPLE: "shed",
  CONTROL_LEVEL_OFFSET: "shed",
  CONTROL_LEVEL_OFFSET_PERCENT: "shed",
  OLS: "shed",
  ALERT_GRID_EMERGENCY: "emergency",
  ALERT_BLACK_START: "emergency",
  DISPATCH_SETPOINT: "setpoint",
  DISPATCH_SETPOINT_RELATIVE: "setpoint",
  CHARGE_STATE_SETPOINT: "setpoint",
};
const EFFECTS: Asks[] = ["limit", "export_limit", "shed", "emergency", "setpoint"];
const WITH_EFFECT: PayloadType[] = ["ALERT_FLEX_ALERT", "ALERT_POSSIBLE_OUTAGE"];
const RESTS_W = 5;

function kindOf(type: PayloadType): Asks {
  return KINDS[type] ?? (type.startsWith("ALERT_") ? "message" : "other");
}

/** What it says, one row for each type of its payloads. */
export function saidBy(event: Event): Said[] {
  const types = [...new Set(event.payloads.map((payload) => payload.type))];
  return types.map((type) => {
    const all = event.payloads.filter((payload) => payload.type === type);
    const values = all.map((payload) => payload.value);
    const text = all.find((payload) => payload.text)?.text ?? "";
    return { kind: kindOf(type), type, count: all.length, low: Math.min(...values), high: Math.max(...values), text };
  });
}

/** From the first to the last instant of which it says anything. */
export function spanOf(event: Event): Span | null {
  return around(event.payloads);
}

/** While it asks for something to be done; null where it only tells prices or words. */
export function effectOf(event: Event): Span | null {
  return around(event.payloads.filter(hasEffect));
}

function hasEffect(payload: Payload): boolean {
  const kind = kindOf(payload.type);
  return WITH_EFFECT.includes(payload.type) || (EFFECTS.includes(kind) && (kind !== "shed" || payload.value !== 0));
}

function around(payloads: Payload[]): Span | null {
  if (!payloads.length) return null;
  const start = Math.min(...payloads.map((payload) => Date.parse(payload.interval.start)));
  return { start, end: Math.max(...payloads.map((payload) => Date.parse(payload.interval.end))) };
}

/** What the plan does while the event asks for something. */
export interface Meanwhile {
  /** The most that the home takes from the grid. */
  most_w: number;
  /** Devices that the plan lets rest all the while. */
  resting: DeviceView[];
}

export function meanwhile(event: Event, plan: Plan | null, devices: DeviceView[]): Meanwhile | null {
  const span = effectOf(event);
  if (!span || !plan) return null;
  const places = plan.slots.flatMap((slot, place) =>
    Date.parse(slot.start) < span.end && Date.parse(slot.end) > span.start ? [place] : [],
  );
  if (!places.length) return null;
  const most_w = Math.max(...places.map((place) => plan.grid_w[place] ?? 0));
  const rests = (view: DeviceView) => {
    const powers = plan.power_w[view.profile.id];
    return powers !== undefined && places.every((place) => Math.abs(powers[place] ?? 0) < RESTS_W);
  };
  return { most_w, resting: devices.filter(rests) };
}

/** What is to come or holds, by its start; then what is over, the newest first. */
export function ordered(views: EventView[]): { open: EventView[]; over: EventView[] } {
  const start = (view: EventView) => spanOf(view.event)?.start ?? Infinity;
  const open = views.filter((view) => view.phase !== "over").sort((one, other) => start(one) - start(other));
  const over = views.filter((view) => view.phase === "over").sort((one, other) => start(other) - start(one));
  return { open, over };
}

/** The owner's words about this event alone. */
export function outsOf(view: EventView, words: OptOut[]): OptOut[] {
  return words.filter((word) => word.event_id === view.event.id && word.provider === view.event.provider);
}

/** A payload type in small letters, for those that have no word of ours. */
export function typeName(type: string): string {
  return type.replace(/^ALERT_/, "").replaceAll("_", " ").toLowerCase();
}

/** By what an opt-out is named: its provider, event and device, each quoted, a star for every one. */
export function wordId(word: Pick<OptOut, "provider" | "event_id" | "device_id"> | null): string {
  return [word?.provider, word?.event_id, word?.device_id].map((part) => (part == null ? "*" : quoted(part))).join(":");
}

function quoted(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}
