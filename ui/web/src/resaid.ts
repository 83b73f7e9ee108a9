// A text of the router in the person's language, by the reason that came with it.
import type { Reason } from "./api_types.ts";
import { say } from "./reasons.ts";
import { now, status } from "./state.ts";

export function resaid(told: string, reason: Reason | null): string {
  return say([reason], told, { currency: status.value?.currency ?? "", now: now.value });
}

/** Several of them, each with the reason at its place. */
export function allResaid(told: readonly string[], reasons: readonly (Reason | null)[]): string[] {
  return told.map((text, place) => resaid(text, reasons[place] ?? null));
}
