// Advice: at most three suggestions, each with what it saves a month and the numbers that it comes from.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api.ts";
import type { AdviceView, Tip } from "../api_types.ts";
import { say } from "../reasons.ts";
import { to } from "../route.ts";
import { sentence as refusal } from "../said.ts";
import { now } from "../state.ts";
import { type Key, money, number, plain, power, t, type Values } from "../words.ts";

export function AdviceScreen() {
  const [view, show] = useState<AdviceView | null>(null);
  const [trouble, tell] = useState("");
  useEffect(() => {
    api.advice().then(show, (error: unknown) => tell(refusal(error)));
  }, []);
  return (
    <>
      <h1 tabIndex={-1}>{t("nav.advice")}</h1>
      {trouble && <p class="trouble">{trouble}</p>}
      {!view && !trouble && <p class="hint">{t("app.loading")}</p>}
      {view && <Tips view={view} />}
    </>
  );
}

function Tips({ view }: { view: AdviceView }) {
  if (view.days < view.days_needed)
    return <p class="card">{t("advice.watch", { days: view.days, needed: view.days_needed })}</p>;
  if (!view.tips.length) return <p class="card">{t("advice.none")}</p>;
  return (
    <>
      <p class="hint">{t("advice.intro", { days: view.days })}</p>
      {view.tips.map((tip) => (
        <section class="card" key={`${tip.reason.code} ${tip.device_id}`}>
          <h2>{t("advice.saving", { money: money(tip.saving_per_month, view.currency, 2) })}</h2>
          <p>
            <bdi>{sentence(tip, view.currency)}</bdi>
          </p>
          {tip.device_id && (
            <p>
              <a href={to("device", tip.device_id)}>{t("why.to_device", { name: nameOf(tip) })}</a>
            </p>
          )}
        </section>
      ))}
    </>
  );
}

function nameOf(tip: Tip): string {
  return plain(String(tip.reason.values["name"] ?? tip.device_id ?? ""), 60);
}

const AMOUNTS = ["cost", "saving", "paid", "price"];
const KNOWN = new Set<string>([
  "advice.always_on",
  "advice.by_hand",
  "advice.hand_over",
  "advice.hand_over_load",
  "advice.later",
  "advice.peak",
]);

/** In the person's language; in the router's words where this panel does not know the suggestion. */
function sentence(tip: Tip, currency: string): string {
  if (!KNOWN.has(tip.reason.code)) return plain(tip.text, 400);
  const told: Values = { name: nameOf(tip) };
  for (const [name, value] of Object.entries(tip.reason.values)) {
    if (name === "name") continue;
    if (AMOUNTS.includes(name)) told[name] = money(Number(value), currency, 2);
    else told[name] = typeof value === "number" ? number(value, 1) : plain(value, 60);
  }
  told["power"] = power(Number(tip.reason.values["watts"] ?? 0));
  told["highest"] = number(Number(tip.reason.values["highest_kw"] ?? 0));
  told["second"] = number(Number(tip.reason.values["second_kw"] ?? 0));
  told["change"] = plain(say(tip.reason.parts, String(tip.reason.values["change"] ?? ""), { currency, now: now.value }), 200);
  return t(tip.reason.code as Key, told);
}
