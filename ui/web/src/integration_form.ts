// Which fields the form of an integration has, and what is sent of them; without markup, so that it is tested without a browser.
import type { IntegrationChoice } from "./api_types.ts";
import { typed } from "./setup_plan.ts";
import type { Key } from "./words.ts";

/** The settings that people have to do with, in the order of the form; everything else stands in the home file alone. */
const MAIN = ["url", "host", "port", "radio", "username", "tls", "broadcast", "accept_unknown"] as const;

export type FieldKind = "text" | "number" | "switch" | "choice";
export type Typed = Record<string, string | boolean>;
export type Sent = Record<string, string | number | boolean | null>;

export interface Field {
  key: (typeof MAIN)[number];
  label: Key;
  kind: FieldKind;
  /** What holds where nothing is written. */
  usual: string;
  required: boolean;
  options: string[];
}

interface Schema {
  type?: string;
  enum?: string[];
  default?: unknown;
  anyOf?: Schema[];
}

export function fieldsOf({ form }: IntegrationChoice): Field[] {
  const all = (form["properties"] ?? {}) as Record<string, Schema>;
  const required = (form["required"] ?? []) as string[];
  return MAIN.filter((key) => key in all).map((key) => {
    const schema = all[key] ?? {};
    return {
      key,
      label: `integrations.key.${key}`,
      kind: kindOf(schema),
      usual: schema.default === null || schema.default === undefined ? "" : String(schema.default),
      required: required.includes(key),
      options: schema.enum ?? [],
    };
  });
}

function kindOf(schema: Schema): FieldKind {
  const types = [schema.type, ...(schema.anyOf ?? []).map((one) => one.type)];
  if (schema.enum) return "choice";
  if (types.includes("boolean")) return "switch";
  return types.includes("integer") || types.includes("number") ? "number" : "text";
}

/** Whether it is opened by a secret, which is typed and never shown. */
export function hasSecret({ form }: IntegrationChoice): boolean {
  const all = (form["properties"] ?? {}) as object;
  return "password_file" in all || "token_file" in all;
}

/** What the fields show at first: what the home file says. */
export function shownOf(fields: Field[], written: Record<string, unknown>): Typed {
  return Object.fromEntries(
    fields.map(({ key, kind, usual }) => {
      const value = written[key];
      return [key, kind === "switch" ? (value ?? usual === "true") === true : String(value ?? "")];
    }),
  );
}

/** What has changed, as it is written; nothing typed takes a key out of the file. */
export function changesOf(fields: Field[], before: Typed, now: Typed): Sent {
  const changed = fields.filter(({ key }) => before[key] !== now[key]);
  return Object.fromEntries(changed.map(({ key, kind }) => [key, meant(now[key] ?? "", kind)]));
}

function meant(value: string | boolean, kind: FieldKind): string | number | boolean | null {
  if (typeof value === "boolean" || value === "") return value === "" ? null : value;
  return kind === "number" ? typed(value) : value.trim();
}
