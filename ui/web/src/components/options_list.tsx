// "Which options are available now?": each possible start with its price, to agree on by one tap.
import { useEffect, useState } from "preact/hooks";
import { accept } from "../acts.ts";
import { api } from "../api.ts";
import type { DeviceView, Option } from "../api_types.ts";
import { programmes } from "../device_state.ts";
import { resaid } from "../resaid.ts";
import { sentence } from "../said.ts";
import { mayAct } from "../session.ts";
import { now } from "../state.ts";
import { clock, money, number, span, t } from "../words.ts";
import { Name } from "./name.tsx";

const RENEW_MS = 100_000; // the router holds an offer for two minutes

export function OptionsList({ view }: { view: DeviceView }) {
  const [programme, choose] = useState("");
  const [offered, show] = useState<Option[] | null>(null);
  const [trouble, tell] = useState("");
  const live = mayAct.value;

  useEffect(() => {
    if (!live) return;
    let gone = false;
    async function ask(): Promise<void> {
      try {
        const found = await api.options(view.profile.id, programme ? { programme_id: programme } : {});
        if (!gone) show(found), tell("");
      } catch (error) {
        if (!gone) show([]), tell(sentence(error));
      }
    }
    void ask();
    const timer = setInterval(ask, RENEW_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [view.profile.id, programme, live, view.commitment?.token]);

  async function take(option: Option): Promise<void> {
    const fresh = await accept(view, option);
    if (fresh) show(fresh);
  }

  return (
    <>
      <ProgrammeChoice view={view} chosen={programme} choose={choose} />
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {offered === null && !trouble && live && <p class="hint">{t("options.asking")}</p>}
      {offered !== null && (
        <ul class="offers">
          {alike(offered).map((options) => (
            <Offer key={options[0].kind} options={options} take={() => take(options[0])} />
          ))}
        </ul>
      )}
    </>
  );
}

function ProgrammeChoice({ view, chosen, choose }: { view: DeviceView; chosen: string; choose: (id: string) => void }) {
  const known = programmes(view);
  if (known.length < 2) return null;
  return (
    <label class="field">
      {t("device.programme")}
      <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{t("options.usual_programme")}</option>
        {known.map((programme) => (
          <option key={programme.id} value={programme.id}>
            {programme.name}
          </option>
        ))}
      </select>
    </label>
  );
}

type Alike = [Option, ...Option[]];

/** Offers of one start are one offer: the cheapest may be the greenest, too. */
function alike(offered: Option[]): Alike[] {
  const groups: Alike[] = [];
  for (const option of offered) {
    const same = groups.find(([first]) => first.start === option.start && first.programme_id === option.programme_id);
    if (same) same.push(option);
    else groups.push([option]);
  }
  return groups;
}

function Offer({ options, take }: { options: Alike; take: () => Promise<void> }) {
  const [option] = options;
  const start = clock(option.start, now.value);
  const length = Date.parse(option.end) - Date.parse(option.start);
  return (
    <li class={`card offer ${options.map((one) => one.kind).join(" ")}`}>
      <h3>{options.map((one) => t(`options.kind.${one.kind}`)).join(" · ")}</h3>
      <p class="when">{t("options.from_to", { start, end: clock(option.end, Date.parse(option.start)) })}</p>
      <dl class="facts">
        <div>
          <dt>{t("options.cost")}</dt>
          <dd>{money(option.cost, option.currency)}</dd>
        </div>
        <div>
          <dt>{option.saving < 0 ? t("options.dearer") : t("options.saving")}</dt>
          <dd>{money(Math.abs(option.saving), option.currency)}</dd>
        </div>
        <div>
          <dt>{t("options.co2")}</dt>
          <dd>{t("value.grams", { grams: number(option.co2_g, 0) })}</dd>
        </div>
        <div>
          <dt>{t("options.length")}</dt>
          <dd>{span(length)}</dd>
        </div>
      </dl>
      <p class="why">
        <Name text={resaid(option.reason, option.reason_said)} most={300} />
      </p>
      <button type="button" class={options.some((one) => one.kind === "cheapest") ? "" : "soft"} disabled={!mayAct.value} onClick={take}>
        {option.kind === "now" ? t("act.start_now") : t("options.agree", { start })}
      </button>
    </li>
  );
}
