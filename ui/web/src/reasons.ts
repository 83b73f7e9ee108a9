// The reasons of planner and router in the person's language: a template by its code, each value in the form that it names.
// English is what the router itself says; other languages stand beside the catalogue of texts.
import type { Reason } from "./api_types.ts";
import { clock, energy, money, number, plain, power, reasonTemplates } from "./words.ts";

export interface Setting {
  currency: string;
  now: number;
}

/** The reasons as sentences; `told`, the router's own words, where one of them is not known here. */
export function say(reasons: readonly (Reason | null)[], told: string, setting: Setting): string {
  const known = reasons.filter((reason) => reason !== null);
  const templates = reasonTemplates.value;
  if (!templates || !known.length || !known.every((reason) => isKnown(reason, templates))) return told;
  return known.map((reason) => sentence(reason, templates, setting)).join(" ");
}

type Templates = Record<string, string>;

function isKnown(reason: Reason, templates: Templates): boolean {
  return Object.hasOwn(templates, reason.code) && reason.parts.every((part) => isKnown(part, templates));
}

function sentence(reason: Reason, templates: Templates, setting: Setting): string {
  const parts = reason.parts.map((part) => sentence(part, templates, setting));
  return (templates[reason.code] ?? "").replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name: string, form = "") => {
    if (name === "parts") return parts.join(form || ", ");
    const part = parts[Number(name)];
    if (part !== undefined) return shaped(part, form);
    const value = reason.values[name];
    return value === undefined ? "?" : read(value, form, setting);
  });
}

/** A part as its sentence begins with it, or without its full stop. */
function shaped(part: string, form: string): string {
  if (form === "begun") return part.charAt(0).toUpperCase() + part.slice(1);
  return form === "clause" ? part.replace(/\.$/, "") : part;
}

/** A value in the form that its field names. */
function read(value: number | string, form: string, setting: Setting): string {
  switch (form) {
    case "clock":
      return clock(String(value), setting.now);
    case "aside":
      return value ? ` (${plain(String(value), 60)})` : "";
  }
  if (typeof value === "string") return plain(value, form === "text" ? 400 : 100);
  if (form === "watts") return power(value);
  if (form === "kwh") return energy(value * 1000);
  if (form === "money") return money(value, setting.currency);
  if (form === "g") return number(value, 5);
  const decimals = /^\.(\d)f$/.exec(form);
  return number(value, decimals ? Number(decimals[1]) : 2);
}
