// What the history screen shows, as plain values: which days, and how high each part of each bar is.
import type { BarView, HistoryView } from "./api_types.ts";

export const SPANS = ["day", "week", "month", "year"] as const;
export type SpanName = (typeof SPANS)[number];

/** A span and a day in it, as they stand in addresses: `week-2026-11-27`. */
export interface Chosen {
  span: SpanName;
  date: string;
}

const ADDRESS = /^(day|week|month|year)-(\d{4}-\d{2}-\d{2})$/;

/** What an address names; the day of today where it names nothing. */
export function chosenOf(about: string, today: string): Chosen {
  const found = ADDRESS.exec(about);
  const valid = found && !Number.isNaN(Date.parse(found[2] ?? ""));
  return valid ? { span: found[1] as SpanName, date: found[2] ?? today } : { span: "day", date: today };
}

export function addressOf(chosen: Chosen): string {
  return `${chosen.span}-${chosen.date}`;
}

/** The same length of time, earlier (-1) or later (1). */
export function moved(chosen: Chosen, by: -1 | 1): Chosen {
  const [year = 0, month = 1, day = 1] = chosen.date.split("-").map(Number);
  const date = {
    day: Date.UTC(year, month - 1, day + by),
    week: Date.UTC(year, month - 1, day + 7 * by),
    month: Date.UTC(year, month - 1 + by, 1),
    year: Date.UTC(year + by, 0, 1),
  }[chosen.span];
  return { span: chosen.span, date: new Date(date).toISOString().slice(0, 10) };
}

/** One part of a bar, from the ground up. */
export interface Part {
  place: number;
  from_wh: number;
  wh: number;
}

/** The parts of a bar; `place` is that of the device in the view, whose colour it has. */
export function partsOf(bar: BarView, view: HistoryView): Part[] {
  let from_wh = 0;
  return view.devices.flatMap((device, place) => {
    const wh = bar.uses.find((use) => use.device_id === device.device_id)?.figures.taken_wh ?? 0;
    if (wh <= 0) return [];
    const part = { place, from_wh, wh };
    from_wh += wh;
    return [part];
  });
}

export function usedIn(bar: BarView): number {
  return bar.uses.reduce((sum, use) => sum + Math.max(use.figures.taken_wh, 0), 0);
}

/** The height of the chart: that of its highest bar, and never nothing. */
export function highest(view: HistoryView): number {
  return Math.max(1, ...view.bars.map(usedIn));
}

/** The colour of a device in the chart; what is drawn beside the devices is grey. */
export function colourAt(view: HistoryView, place: number): string {
  return view.devices[place]?.device_id === null ? "c0" : `c${(place % 12) + 1}`;
}
