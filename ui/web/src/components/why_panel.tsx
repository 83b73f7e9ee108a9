// Why a device runs when it runs: the sentence, the three costs side by side, what binds it and what would change it.
import type { DeviceView, Explanation } from "../api_types.ts";
import { stateOf } from "../device_state.ts";
import { say } from "../reasons.ts";
import { resaid } from "../resaid.ts";
import { now, plan } from "../state.ts";
import { clock, money, sentenceOf, t } from "../words.ts";
import { stateSentence } from "./device_card.tsx";
import { Name } from "./name.tsx";

export function WhyPanel({ view }: { view: DeviceView }) {
  const planned = plan.value;
  const explained = planned?.explanations.find((one) => one.device_id === view.profile.id);
  return (
    <div class="why-panel">
      <p class="state">{stateSentence(stateOf(view, planned, now.value))}</p>
      {view.because && sentenceOf(view.because) !== sentenceOf(explained?.text ?? "") && (
        <p class="hint">
          {t("why.now")} <Name text={sentenceOf(resaid(view.because, view.because_said))} most={400} />
        </p>
      )}
      {explained ? <Explained told={explained} currency={planned?.currency ?? ""} /> : <p class="hint">{t("why.not_planned")}</p>}
    </div>
  );
}

function Explained({ told, currency }: { told: Explanation; currency: string }) {
  const planned = plan.value;
  const setting = { currency, now: now.value };
  return (
    <>
      <p class="lead">
        <Name text={say(told.reasons, told.text, setting)} most={600} />
      </p>
      <Costs told={told} currency={currency} />
      <dl class="because">
        {told.binding && (
          <div>
            <dt>{t("why.binding")}</dt>
            <dd>
              <Name text={sentenceOf(say([told.binding_reason], told.binding, setting))} most={300} />
            </dd>
          </div>
        )}
        {told.would_change && (
          <div>
            <dt>{t("why.would_change")}</dt>
            <dd>
              <Name text={sentenceOf(say([told.would_change_reason], told.would_change, setting))} most={300} />
            </dd>
          </div>
        )}
        {planned && (
          <div>
            <dt>{t("why.basis")}</dt>
            <dd>
              {t(`rung.${planned.solve_rung}`)} {t(`rung.${planned.data_rung}`)}{" "}
              {t("why.made_at", { at: clock(planned.made_at, now.value) })}
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}

/** The costs as bars of one scale, each with its number. */
function Costs({ told, currency }: { told: Explanation; currency: string }) {
  const all = [
    ["why.cost_now", told.cost_now],
    ["why.cost_planned", told.cost_planned],
    ["why.cost_best", told.cost_best],
  ] as const;
  const known = all.filter((cost): cost is readonly [(typeof cost)[0], number] => cost[1] !== null);
  const low = Math.min(0, ...known.map(([, cost]) => cost));
  const range = Math.max(0, ...known.map(([, cost]) => cost)) - low || 1;
  return (
    <table class="costs">
      <caption class="unseen">{t("why.costs")}</caption>
      <tbody>
        {known.map(([key, cost]) => (
          <tr key={key} class={key === "why.cost_planned" ? "chosen" : ""}>
            <th scope="row">{t(key)}</th>
            <td class="amount">{money(cost, currency)}</td>
            <td class="bar" aria-hidden="true">
              <meter min={0} max={1} value={(cost - low) / range} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
