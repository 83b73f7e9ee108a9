// The steps of the setup, and what each sends; without markup, so that it is tested without a browser.
import type { ModelChoice, SetupChoices, SetupView, Stranger, TariffChoice } from "./api_types.ts";

export const STEPS = ["place", "tariff", "providers", "devices", "limits", "apply", "hand"] as const;
export type Step = (typeof STEPS)[number];

/** The step that an address names; the first where it names none. */
export function stepOf(about: string): Step {
  return STEPS.find((step) => step === about) ?? "place";
}

export function after(step: Step): Step | null {
  return STEPS[STEPS.indexOf(step) + 1] ?? null;
}

export function before(step: Step): Step | null {
  return STEPS[STEPS.indexOf(step) - 1] ?? null;
}

/** A number as people type it, with a comma or a point; null for nothing, NaN for what is none. */
export function typed(text: string): number | null {
  const plain = text.trim().replace(",", ".");
  return plain === "" ? null : Number(plain);
}

export function countryOf(choices: SetupChoices, zone: string): string {
  return choices.zones.find((one) => one.name === zone)?.country ?? "";
}

/** Tariffs, those of the home's own country first; `near` says how many those are. */
export function sorted(choices: SetupChoices, zone: string): { tariffs: TariffChoice[]; near: number } {
  const country = countryOf(choices, zone);
  const isNear = (one: TariffChoice) => one.time_zone === zone || (country !== "" && one.country === country);
  const near = choices.tariffs.filter(isNear);
  return { tariffs: [...near, ...choices.tariffs.filter((one) => !isNear(one))], near: near.length };
}

/** What is paid with in a zone, where that is known. */
export function currencyOf(choices: SetupChoices, zone: string, otherwise: string): string {
  return choices.zones.find((one) => one.name === zone)?.currency || otherwise;
}

/** Whether a zone is worth proposing: the browser's own, as long as the home file has just been made. */
export function zoneToPropose(view: SetupView, choices: SetupChoices, browsers: string): string {
  const isKnown = choices.zones.some((one) => one.name === browsers);
  const isNew = view.devices.length === 0 && view.providers.length === 0;
  return isNew && isKnown ? browsers : view.site.time_zone;
}

export interface Pick {
  stranger: Stranger;
  chosen: boolean;
  name: string;
  model: string;
}

/** Found devices as they are first shown: those that a model knows are chosen. */
export function picksOf(found: readonly Stranger[]): Pick[] {
  return found.map((stranger) => ({
    stranger,
    chosen: stranger.model_id !== null,
    name: stranger.name,
    model: stranger.model_id ?? "",
  }));
}

/** What is written of a found device. */
export function deviceOf({ stranger, name, model }: Pick) {
  return { id: stranger.device_id, name, model, integration: stranger.integration, match: stranger.match, watch_only: true };
}

/** Object models to choose from, each by its name and its id. */
export function optionsOf(models: readonly ModelChoice[]): [id: string, text: string][] {
  return models.map((one) => [one.id, `${one.name} (${one.id})`]);
}
