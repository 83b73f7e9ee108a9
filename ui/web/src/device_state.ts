// How a device is, and what it will do, as keys of the catalogue with instants and powers; no words are made here.
import type { DeviceView, Plan } from "./api_types.ts";

const DRAWS_W = 1;
const RUNS_W = 5;

export type Tone = "running" | "planned" | "ordered" | "calm" | "gone";

export interface State {
  key:
    | "state.gone"
    | "state.expected"
    | "state.on_until"
    | "state.off_until"
    | "state.running"
    | "state.running_until"
    | "state.starts"
    | "state.agreed"
    | "state.gives"
    | "state.draws"
    | "state.next"
    | "state.off"
    | "state.idle";
  tone: Tone;
  power_w?: number;
  start?: number;
  end?: number;
  by?: string;
}

/** The one thing that is most worth saying about a device. */
export function stateOf(view: DeviceView, plan: Plan | null, now: number): State {
  const { state, override } = view;
  if (state.presence === "gone") return { key: "state.gone", tone: "gone" };
  if (state.presence === "expected") return { key: "state.expected", tone: "gone" };
  if (override) {
    return { key: `state.${override.mode}_until`, tone: "ordered", end: Date.parse(override.until), by: override.by };
  }
  return running(view, now) ?? coming(view, now) ?? drawing(view, plan, now);
}

function running(view: DeviceView, now: number): State | null {
  if (!view.state.running) return null;
  const power_w = view.state.power_w ?? 0;
  const end = view.next_cycle?.fixed ? Date.parse(view.next_cycle.end) : 0;
  return end > now ? { key: "state.running_until", tone: "running", power_w, end } : { key: "state.running", tone: "running", power_w };
}

function coming(view: DeviceView, now: number): State | null {
  const cycle = view.next_cycle;
  if (!cycle || Date.parse(cycle.end) <= now) return null;
  const key = view.commitment ? "state.agreed" : "state.starts";
  return { key, tone: "planned", start: Date.parse(cycle.start), end: Date.parse(cycle.end) };
}

function drawing(view: DeviceView, plan: Plan | null, now: number): State {
  const power_w = view.state.power_w ?? 0;
  if (power_w <= -DRAWS_W) return { key: "state.gives", tone: "running", power_w: -power_w };
  if (power_w >= RUNS_W) return { key: "state.draws", tone: "running", power_w };
  const start = firstRun(view.profile.id, plan, now);
  if (start !== null && start > now) return { key: "state.next", tone: "planned", start };
  return { key: view.state.on === false ? "state.off" : "state.idle", tone: "calm" };
}

/** When a device without cycles runs next, by the plan. */
function firstRun(id: string, plan: Plan | null, now: number): number | null {
  const powers = plan?.power_w[id] ?? [];
  const slot = plan?.slots.find((one, place) => Date.parse(one.end) > now && (powers[place] ?? 0) >= RUNS_W);
  return slot ? Date.parse(slot.start) : null;
}

/** The next start of any device: the earliest cycle that is to come. */
export function nextStart(devices: DeviceView[], now: number): { view: DeviceView; start: number } | null {
  const starts = devices.flatMap((view) => {
    const start = view.next_cycle && !view.state.running ? Date.parse(view.next_cycle.start) : 0;
    return start > now ? [{ view, start }] : [];
  });
  return starts.sort((one, other) => one.start - other.start)[0] ?? null;
}

/** Whether it runs programmes, so that a start has a price and an end. */
export function hasProgrammes(view: DeviceView): boolean {
  return programmes(view).length > 0;
}

export function programmes(view: DeviceView): { id: string; name: string; phases: { duration: string; power_w: number }[] }[] {
  const flexibility = view.profile.flexibility;
  return flexibility && "programmes" in flexibility ? flexibility.programmes : [];
}

/** Whether people can start it: meters and roofs are only looked at. */
export function canStart(view: DeviceView): boolean {
  const flexibility = view.profile.flexibility;
  return flexibility !== null && !["pv", "meter"].includes(view.profile.device_class);
}

/** The unit of its level, where it has one. */
export function unitOf(view: DeviceView): string {
  const flexibility = view.profile.flexibility;
  return flexibility && "unit" in flexibility ? flexibility.unit : "";
}

/** The most that a storage holds, where it is one. */
export function mostOf(view: DeviceView): number | null {
  const flexibility = view.profile.flexibility;
  return flexibility && "level_max" in flexibility ? flexibility.level_max : null;
}

/** A span as the API writes it (`PT1H30M`), in milliseconds. */
export function milliseconds(span: string): number {
  const found = /^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(span);
  if (!found) return 0;
  const [days, hours, minutes, seconds] = found.slice(2).map((part) => Number(part ?? 0)) as [number, number, number, number];
  return (found[1] ? -1 : 1) * (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

/** Where a storage would keep itself; null for what has no level that people ask for. */
export function targetOf(view: DeviceView): number | null {
  const flexibility = view.profile.flexibility;
  const thermostat = view.profile.binding?.thermostat;
  return flexibility && "level_target" in flexibility && !thermostat ? flexibility.level_target : null;
}

/** Whether something can be asked of it by a time, as it stands. */
export function canBeAsked(view: DeviceView): boolean {
  const { flexibility } = view.profile;
  if (view.state.running || view.state.presence === "gone" || view.watched) return false;
  if (flexibility && "programmes" in flexibility) return flexibility.remote_start !== "none" && programmes(view).length > 0;
  return targetOf(view) !== null && view.state.plugged;
}

/** The programme that is asked for, or else its first; null for what has none. */
export function wishedProgramme(view: DeviceView): string | null {
  const wished = view.wish && "programme_id" in view.wish ? view.wish.programme_id : null;
  return wished ?? programmes(view)[0]?.id ?? null;
}

/** How long its wished programme takes, in milliseconds: sooner it cannot be ready. */
export function soonest(view: DeviceView): number {
  const wished = programmes(view).find((one) => one.id === wishedProgramme(view));
  return wished?.phases.reduce((sum, phase) => sum + milliseconds(phase.duration), 0) ?? 0;
}
