// What the router said to the last order, shown for a while and read out to who does not see it.
import { signal } from "@preact/signals";
import { Refused } from "./api.ts";
import { resaid } from "./resaid.ts";
import { t } from "./words.ts";

export interface Said {
  text: string;
  tone: "good" | "bad";
  undo?: () => Promise<unknown>;
}

export const said = signal<Said | null>(null);

const SHOWN_MS = 8_000;
let timer: ReturnType<typeof setTimeout> | undefined;

export function say(text: string, undo?: () => Promise<unknown>): void {
  tell(undo ? { text, tone: "good", undo } : { text, tone: "good" });
}

function tell(what: Said): void {
  clearTimeout(timer);
  said.value = what;
  timer = setTimeout(() => (said.value = null), SHOWN_MS);
}

/** Give an order; whatever goes wrong is told. Returns whether it went well. */
export async function order(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    tell({ text: sentence(error), tone: "bad" });
    return false;
  }
}

/** An error as people read it. */
export function sentence(error: unknown): string {
  return error instanceof Refused ? resaid(error.message, error.problem.detail_said ?? null) : t("app.unreachable");
}
