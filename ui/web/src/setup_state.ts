// What the setup knows of the home file; it asks the router for it once, and again after each change.
import { signal } from "@preact/signals";
import { api } from "./api.ts";
import type { SetupChoices, SetupView, Stranger } from "./api_types.ts";
import { sentence } from "./said.ts";
import { routeOf, to } from "./route.ts";
import { session } from "./session.ts";
import { devices, link, status } from "./state.ts";

export const view = signal<SetupView | null>(null);
export const choices = signal<SetupChoices | null>(null);
export const found = signal<Stranger[]>([]);
/** Why the router refused the last change, or could not be asked. */
export const trouble = signal("");
export const busy = signal(false);

const LONGEST_WAIT_MS = 60_000;

export async function open(): Promise<void> {
  await attempt(async () => {
    const [told, there] = await Promise.all([api.setup.view(), choices.peek() ?? api.setup.choices()]);
    choices.value = there;
    view.value = told;
    found.value = await api.setup.found();
  });
}

/** Look again for devices; whatever was found meanwhile is there at once. */
export async function look(): Promise<void> {
  await attempt(async () => {
    found.value = await api.setup.found();
  });
}

/** Change the home file; whether the router took it. */
export async function change(act: () => Promise<SetupView>): Promise<boolean> {
  return attempt(async () => {
    view.value = await act();
  });
}

/** Begin anew with the file, and wait until the router is back. */
export async function apply(): Promise<boolean> {
  const started = status.peek()?.started_at;
  return attempt(async () => {
    await api.setup.apply();
    await until(() => status.peek()?.started_at !== started);
    view.value = await api.setup.view();
  });
}

async function attempt(act: () => Promise<void>): Promise<boolean> {
  busy.value = true;
  trouble.value = "";
  try {
    await act();
    return true;
  } catch (error) {
    trouble.value = sentence(error);
    return false;
  } finally {
    busy.value = false;
  }
}

function until(met: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = setTimeout(() => done(() => reject(new Error())), LONGEST_WAIT_MS);
    const stop = status.subscribe(() => met() && done(resolve));
    function done(how: () => void): void {
      clearTimeout(gone);
      queueMicrotask(() => stop());
      how();
    }
  });
}

let led = false;

/** A home without a device is set up first; whoever leaves the setup is not led there again. */
export function leadToSetup(): void {
  if (led || link.peek() !== "live" || session.peek()?.role !== "owner") return;
  led = true;
  if (!devices.peek().length && routeOf(location.hash).screen === "today") location.hash = to("setup");
}
