// What the panel knows of the router: its latest views, kept and shown while it is gone.
import { computed, signal } from "@preact/signals";
import type { DeviceView, EventView, JournalEntry, Plan, StatusView, Timeline } from "./api_types.ts";
import { zone } from "./words.ts";

export type Link = "connecting" | "live" | "offline";

export const link = signal<Link>("connecting");
export const status = signal<StatusView | null>(null);
export const plan = signal<Plan | null>(null);
export const devices = signal<DeviceView[]>([]);
export const timeline = signal<Timeline | null>(null);
export const events = signal<EventView[]>([]);
/** The newest decisions, newest first. */
export const journal = signal<JournalEntry[]>([]);

export const MOST_ENTRIES = 50;

/** By when the status was told, on the browser's own clock: between two of them time goes on. */
const heardAt = signal(Date.now());
const tick = signal(Date.now());

setInterval(() => (tick.value = Date.now()), 20_000);

/** The router's time, which is what people plan by; a demo's clock is not the browser's. */
export const now = computed(() => {
  const told = status.value;
  return told ? Date.parse(told.now) + Math.max(0, tick.value - heardAt.value) : tick.value;
});

export function device(id: string): DeviceView | undefined {
  return devices.value.find((view) => view.profile.id === id);
}

export function showStatus(view: StatusView): void {
  zone.value = valid(view.time_zone);
  heardAt.value = tick.value = Date.now();
  status.value = view;
}

export function showDevice(view: DeviceView): void {
  const known = devices.value.some((old) => old.profile.id === view.profile.id);
  devices.value = known
    ? devices.value.map((old) => (old.profile.id === view.profile.id ? view : old))
    : [...devices.value, view];
}

export function showEntry(entry: JournalEntry): void {
  journal.value = [entry, ...journal.value].slice(0, MOST_ENTRIES);
}

function valid(name: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return name;
  } catch {
    return "UTC";
  }
}
