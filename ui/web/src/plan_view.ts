// The plan as the chart and its table show it: quarters of an hour, a stack of powers, a price, and what is asked when.
import type { Interval, Plan, Rates, Timeline } from "./api_types.ts";

export const QUARTER_MS = 900_000;
const LONGEST_MS = 36 * 3_600_000;

/** One colour of the stack; the home itself comes first and has no device. */
export interface Layer {
  deviceId: string | null;
  name: string;
  /** Its place among all devices, so that it keeps its colour from plan to plan; 0 is the home itself. */
  place: number;
  /** Mean power per quarter, in W; negative where it gives. */
  power_w: number[];
}

const COLOURS = 12;

/** The name of a layer's colour in the style sheet. */
export function colourOf(layer: Layer): string {
  return layer.place === 0 ? "c0" : `c${((layer.place - 1) % COLOURS) + 1}`;
}

export type SpanKind = "limit" | "shed" | "alert" | "peak";

/** A time in which a provider asks for something. */
export interface Span {
  kind: SpanKind;
  from: number;
  to: number;
  /** Of a limit, in W. */
  most_w: number | null;
}

export interface Picture {
  starts: number[];
  layers: Layer[];
  /** Per kWh; null where nothing is known or assumed. */
  price: (number | null)[];
  /** Whether the price was published; otherwise it is only expected. */
  known: boolean[];
  spans: Span[];
  currency: string;
}

/** A device, as far as the picture knows it. */
export interface Named {
  id: string;
  name: string;
}

/** What the plan says from now on; prices of a provider are known until then, those behind it stand in for them. */
export function picture(
  plan: Plan,
  timeline: Timeline | null,
  devices: Named[],
  now: number,
  publishedUntil = Infinity,
): Picture {
  const slots = plan.slots.map(times);
  const end = slots.at(-1)?.to ?? now;
  const starts = quarters(now, Math.min(end, now + LONGEST_MS));
  const at = starts.map((start) => slots.findIndex((slot) => slot.from <= start + QUARTER_MS / 2 && start + QUARTER_MS / 2 < slot.to));
  const taken = (series: number[] | undefined) => at.map((slot) => series?.[slot] ?? 0);
  const all = devices.map(({ id, name }, place) => ({
    deviceId: id,
    name,
    place: place + 1,
    power_w: taken(plan.power_w[id]),
  }));
  const layers = all.filter((layer) => layer.power_w.some((power_w) => Math.abs(power_w) >= 1));
  const published = prices(timeline?.import_price, starts);
  const trusted = plan.data_rung !== "best_practice";
  return {
    starts,
    layers: [rest(taken(plan.grid_w), layers), ...layers],
    price: published.map((price, place) => price ?? plan.marginal_price[at[place] ?? -1] ?? null),
    known: published.map((price, place) => trusted && price !== null && (starts[place] ?? 0) < publishedUntil),
    spans: timeline ? spans(timeline).filter((span) => span.to > now && span.from < end) : [],
    currency: plan.currency,
  };
}

/** What the grid gives beside the devices of the plan: the home itself, less its sun. */
function rest(grid_w: number[], layers: Layer[]): Layer {
  const power_w = grid_w.map((whole, place) => whole - layers.reduce((sum, layer) => sum + (layer.power_w[place] ?? 0), 0));
  return { deviceId: null, name: "", place: 0, power_w: power_w.map((value) => (Math.abs(value) < 1 ? 0 : value)) };
}

function quarters(from: number, to: number): number[] {
  const first = Math.floor(from / QUARTER_MS) * QUARTER_MS;
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / QUARTER_MS)) }, (_, place) => first + place * QUARTER_MS);
}

function prices(rates: Rates | undefined, starts: number[]): (number | null)[] {
  const steps = (rates?.steps ?? []).map(([interval, value]) => ({ ...times(interval), value }));
  return starts.map((start) => steps.find((step) => step.from <= start && start < step.to)?.value ?? null);
}

function spans(timeline: Timeline): Span[] {
  const ordered = timeline.limits.filter((limit) => limit.provider !== null);
  return [
    ...ordered.map((limit) => ({ kind: "limit" as const, ...times(limit.interval), most_w: limit.max_w })),
    ...timeline.sheds.map((shed) => ({ kind: "shed" as const, ...times(shed.interval), most_w: null })),
    ...timeline.alerts.map((alert) => ({ kind: "alert" as const, ...times(alert.interval), most_w: null })),
    ...timeline.peaks.map((peak) => ({ kind: "peak" as const, ...times(peak.interval), most_w: null })),
  ];
}

function times(interval: Interval): { from: number; to: number } {
  return { from: Date.parse(interval.start), to: Date.parse(interval.end) };
}

/** One row of the table: an hour, or what is left of the first. */
export interface Row {
  from: number;
  price: number | null;
  known: boolean;
  /** Mean power of each layer, in W. */
  power_w: number[];
  spans: Span[];
}

/** The same as a table of hours. */
export function rows(shown: Picture): Row[] {
  const hours = new Map<number, number[]>();
  shown.starts.forEach((start, place) => {
    const hour = Math.floor(start / 3_600_000);
    hours.set(hour, [...(hours.get(hour) ?? []), place]);
  });
  return [...hours.values()].map((places) => row(shown, places));
}

function row(shown: Picture, places: number[]): Row {
  const from = shown.starts[places[0] ?? 0] ?? 0;
  const to = (shown.starts[places.at(-1) ?? 0] ?? 0) + QUARTER_MS;
  const priced = places.map((place) => shown.price[place]).filter((price) => price !== null && price !== undefined);
  return {
    from,
    price: priced.length ? mean(priced) : null,
    known: places.every((place) => shown.known[place]),
    power_w: shown.layers.map((layer) => mean(places.map((place) => layer.power_w[place] ?? 0))),
    spans: shown.spans.filter((span) => span.from < to && from < span.to),
  };
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export type Rank = "low" | "usual" | "high";

/** How the price of now stands among those to come; the outer thirds of their range count. */
export function rank(price: number | null, ahead: (number | null)[]): Rank {
  const known = ahead.filter((value) => value !== null);
  const low = Math.min(...known);
  const range = Math.max(...known) - low;
  if (price === null || known.length < 2 || range <= 0) return "usual";
  const part = (price - low) / range;
  return part <= 1 / 3 ? "low" : part >= 2 / 3 ? "high" : "usual";
}
