// Every text of the panel, by its key in the catalogue, and how values are read in the person's language.
import { computed, signal } from "@preact/signals";
import en from "../../drrouter_ui/words/en.json" with { type: "json" };

export type Words = typeof en;

type Plural<Key> = Key extends `${infer Base}_other` ? Base : never;

/** A key of the catalogue; one that is counted is named without its plural form. */
export type Key = keyof Words | Plural<keyof Words>;
export type Values = Record<string, string | number>;

export const LANGUAGES = ["en", "de", "fr", "nl"] as const;
export type Language = (typeof LANGUAGES)[number];
/** Each language by its own name: who cannot read this one finds theirs. */
export const LANGUAGE_NAMES: Record<Language, string> = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  nl: "Nederlands",
};

type Templates = Record<string, string>;
interface Loaded {
  words: Templates;
  reasons: Templates;
}

/** Texts and reasons of each other language; the router itself says its reasons in English. */
const LOADERS: Record<Exclude<Language, "en">, () => Promise<Loaded>> = {
  de: () => import("./languages/de.ts"),
  fr: () => import("./languages/fr.ts"),
  nl: () => import("./languages/nl.ts"),
};

interface Spoken {
  language: Language;
  words: Templates;
  reasons: Templates | null;
}

const spoken = signal<Spoken>({ language: "en", words: en, reasons: null });

export const language = computed(() => spoken.value.language);

/** Of the site; people read its time wherever they are. */
export const zone = signal(Intl.DateTimeFormat().resolvedOptions().timeZone);

/** With its region, where the browser names one: `en` may be `en-GB`. */
const locale = computed(() => {
  const own = globalThis.navigator?.languages ?? [];
  return own.find((tag) => tag.split("-")[0] === language.value) ?? language.value;
});

/** The planner's sentences by their codes; null where its own words will do. */
export const reasonTemplates = computed(() => spoken.value.reasons);

/** A sign that French sets apart stays in the line of its word. */
function bound(texts: Templates): Templates {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, text.replace(/ (?=[:;?!»])/g, "\u00a0")]));
}

let latest = 0;

/** Speak another language from now on; of several wishes the last holds. */
export async function speak(wanted: Language): Promise<void> {
  const mine = ++latest;
  const loaded = wanted === "en" ? null : await LOADERS[wanted]();
  if (mine !== latest) return;
  spoken.value = { language: wanted, words: loaded ? bound(loaded.words) : en, reasons: loaded && bound(loaded.reasons) };
}

/** The first of the person's languages that we speak. */
export function preferred(tags: readonly string[]): Language {
  const known = tags.map((tag) => tag.split("-")[0] ?? "").find((tag) => (LANGUAGES as readonly string[]).includes(tag));
  return (known as Language | undefined) ?? "en";
}

/** The text of a key, with its values; `count` chooses the plural form. */
export function t(key: Key, values: Values = {}): string {
  const { words } = spoken.value;
  const count = values["count"];
  const form = typeof count === "number" ? new Intl.PluralRules(language.value).select(count) : "other";
  const text = words[`${key}_${form}`] ?? words[`${key}_other`] ?? words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : (value ?? "?");
  });
}

/** A number with at most so many decimals. */
export function number(value: number, decimals = 2): string {
  return new Intl.NumberFormat(locale.value, { maximumFractionDigits: decimals }).format(value);
}

const NARROW_SPACE = "\u202f";

/** A share as people read it, such as 80 %. */
export function percent(value: number): string {
  return new Intl.NumberFormat(locale.value, { style: "percent", maximumFractionDigits: 0 }).format(value / 100);
}

/** A country by its code (ISO 3166) as the person's language calls it. */
export function countryName(code: string): string {
  return code ? (new Intl.DisplayNames([locale.value], { type: "region", fallback: "code" }).of(code) ?? code) : "";
}

/** A power in W, as people read it. */
export function power(value_w: number | null | undefined): string {
  if (value_w === null || value_w === undefined) return t("value.unknown");
  const large = Math.abs(value_w) >= 1000;
  return `${number(large ? value_w / 1000 : value_w, large ? 2 : 0)}${NARROW_SPACE}${large ? "kW" : "W"}`;
}

/** An energy in Wh. */
export function energy(value_wh: number): string {
  const large = Math.abs(value_wh) >= 1000;
  return `${number(large ? value_wh / 1000 : value_wh, large ? 2 : 0)}${NARROW_SPACE}${large ? "kWh" : "Wh"}`;
}

/** A level of a storage in its unit. */
export function level(value: number, unit: string): string {
  return unit === "Wh" ? energy(value) : `${number(value, 1)}${NARROW_SPACE}${plain(unit, 10)}`;
}

/** An amount of money; small ones, as a run of a machine costs, with a tenth of a cent. */
export function money(amount: number | null | undefined, currency: string, wanted?: number): string {
  if (amount === null || amount === undefined) return t("value.unknown");
  const decimals = wanted ?? (Math.abs(amount) < 0.0995 && amount !== 0 ? 3 : 2);
  const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const rounded = Number(amount.toFixed(decimals)) + 0; // "-0.00" is no amount
  try {
    return new Intl.NumberFormat(locale.value, { style: "currency", currency, ...options }).format(rounded);
  } catch {
    return `${new Intl.NumberFormat(locale.value, options).format(rounded)} ${plain(currency, 5)}`;
  }
}

/** A price of a kWh. */
export function price(perKwh: number | null | undefined, currency: string): string {
  return perKwh === null || perKwh === undefined ? t("value.unknown") : t("value.per_kwh", { money: money(perKwh, currency, 3) });
}

function written(instant: Date | number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale.value, { timeZone: zone.value, ...options }).format(instant);
}

const DAY_MS = 86_400_000;

/** An instant: its time alone on the same day, with the weekday in the same week, else with the date. */
export function clock(instant: string | number, now: number): string {
  const at = typeof instant === "number" ? instant : Date.parse(instant);
  const time = written(at, { hour: "2-digit", minute: "2-digit" });
  if (day(at) === day(now)) return time;
  const near = Math.abs(at - now) < 6 * DAY_MS;
  const date = written(at, near ? { weekday: "short" } : { day: "numeric", month: "short" });
  return `${date} ${time}`;
}

/** The hour and minute alone. */
export function hour(instant: number): string {
  return written(instant, { hour: "2-digit", minute: "2-digit" });
}

/** A day with its weekday, and the time. */
export function moment(instant: number): string {
  return written(instant, { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
}

function day(instant: number): string {
  return written(instant, { year: "numeric", month: "numeric", day: "numeric" });
}

/** What a bar of the history is called: its hour, its day, or its month. */
export function barName(start: number, span: string): string {
  if (span === "day") return hour(start);
  if (span === "year") return written(start, { month: "short" });
  return written(start, span === "week" ? { weekday: "short", day: "numeric" } : { day: "numeric", month: "short" });
}

/** A length of the calendar by its first and last day, such as `2026-11-27`. */
export function spanName(span: string, first: string, last: string): string {
  const forms: Record<string, Intl.DateTimeFormatOptions> = {
    day: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
    month: { month: "long", year: "numeric" },
    year: { year: "numeric" },
  };
  const form = new Intl.DateTimeFormat(locale.value, {
    timeZone: "UTC",
    ...(forms[span] ?? { day: "numeric", month: "short", year: "numeric" }),
  });
  const start = Date.parse(`${first}T00:00Z`);
  return span === "week" ? form.formatRange(start, Date.parse(`${last}T00:00Z`)) : form.format(start);
}

/** The hour of the day at the site, from 0 to 23, with its minutes as a part. */
export function hourOfDay(instant: number): number {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone.value, hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
    .formatToParts(instant)
    .map((part) => part.value);
  return Number(parts[0]) + Number(parts[2]) / 60;
}

/** A length of time. */
export function span(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  const hours = Math.floor(minutes / 60);
  if (!hours) return t("value.minutes", { minutes });
  return minutes % 60 ? t("value.hours_minutes", { hours, minutes: minutes % 60 }) : t("value.hours", { hours });
}

/** White space but for that which holds an amount and its sign together. */
const SPACES = /[^\S\u00a0\u202f]/g;
const NEVER_SHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text of a device or a provider as one line of moderate length: control and direction marks are left out. */
export function plain(text: string, most = 200): string {
  const shown = text.slice(0, 4 * most).replace(SPACES, " ").replace(NEVER_SHOWN, "").trim();
  return shown.length <= most ? shown : `${shown.slice(0, most - 1)}…`;
}

/** A text from outside as a sentence: with a capital letter and a full stop. */
export function sentenceOf(text: string): string {
  const shown = plain(text, 600);
  return shown && `${shown.charAt(0).toUpperCase()}${shown.slice(1)}${/[.!?…]$/.test(shown) ? "" : "."}`;
}
