// Why: for each device the reasons of the plan in numbers, and what changed since the plan before.
import type { Reason } from "../api_types.ts";
import { DeviceTabs } from "../components/device_tabs.tsx";
import { Name } from "../components/name.tsx";
import { WhatIf } from "../components/what_if.tsx";
import { WhyPanel } from "../components/why_panel.tsx";
import { say } from "../reasons.ts";
import { resaid } from "../resaid.ts";
import { to } from "../route.ts";
import { devices, now, plan } from "../state.ts";
import { plain, sentenceOf, t } from "../words.ts";

export function WhyScreen({ about }: { about: string }) {
  const view = devices.value.find((one) => one.profile.id === about) ?? devices.value[0];
  if (!view) return <h1 tabIndex={-1}>{t("nav.why")}</h1>;
  return (
    <>
      <h1 tabIndex={-1}>{t("why.title", { name: plain(view.profile.name, 60) })}</h1>
      <DeviceTabs screen="why" views={devices.value} chosen={view} />
      <section class="card">
        <WhyPanel view={view} />
        <p>
          <a href={to("device", view.profile.id)}>{t("why.to_device", { name: plain(view.profile.name, 60) })}</a>
        </p>
      </section>
      <WhatIf key={view.profile.id} view={view} />
      <Changes />
      <Misses />
    </>
  );
}

function Changes() {
  const planned = plan.value;
  if (!planned?.changes.length) return null;
  const setting = { currency: planned.currency, now: now.value };
  const trigger = resaid(planned.trigger, planned.trigger_said);
  return (
    <section class="card" aria-labelledby="changes">
      <h2 id="changes">{t("why.changes")}</h2>
      <ul class="said">
        {planned.changes.map((change, place) => (
          <li key={change}>
            <Name text={say([causedBy(planned.change_reasons[place], trigger)], change, setting)} most={400} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What set a change off stands in it as a text: in the person's language. */
function causedBy(change: Reason | undefined, trigger: string): Reason | null {
  return change?.values["trigger"] ? { ...change, values: { ...change.values, trigger } } : (change ?? null);
}

/** What cannot be kept, and because of what. */
function Misses() {
  const planned = plan.value;
  if (!planned?.misses.length) return null;
  const setting = { currency: planned.currency, now: now.value };
  return (
    <section class="card" aria-labelledby="misses">
      <h2 id="misses">{t("why.misses")}</h2>
      <ul class="said">
        {planned.misses.map((miss) => (
          <li key={miss.cause}>
            <Name text={sentenceOf(say([miss.reason], miss.cause, setting))} most={400} />
          </li>
        ))}
      </ul>
    </section>
  );
}
