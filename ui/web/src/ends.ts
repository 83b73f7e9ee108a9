// When something that a person orders for a while ends: the usual choices, as instants at the site.
import { instantOf, wallTime } from "./site_time.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVENING = "20:00";
const MORNING = "07:00";

export interface End {
  key: "hour" | "evening" | "tomorrow";
  at: number;
}

/** In an hour, this evening (while it is more than an hour away), tomorrow morning. */
export function ends(now: number, zone: string): End[] {
  const today = wallTime(now, zone).slice(0, 10);
  const tomorrow = new Date(Date.parse(`${today}T00:00Z`) + DAY_MS).toISOString().slice(0, 10);
  const evening = instantOf(`${today}T${EVENING}`, zone);
  return [
    { key: "hour", at: now + HOUR_MS },
    ...(evening > now + HOUR_MS ? [{ key: "evening" as const, at: evening }] : []),
    { key: "tomorrow", at: instantOf(`${tomorrow}T${MORNING}`, zone) },
  ];
}
