// One device at a glance: how it is, what it will do and why, and the two taps that matter.
import { auto, startNow } from "../acts.ts";
import type { DeviceView } from "../api_types.ts";
import { canStart, hasProgrammes, mostOf, type State, stateOf, unitOf } from "../device_state.ts";
import { say } from "../reasons.ts";
import { resaid } from "../resaid.ts";
import { to } from "../route.ts";
import { mayAct } from "../session.ts";
import { now, plan } from "../state.ts";
import { clock, level, plain, power, sentenceOf, t } from "../words.ts";
import { Icon, iconOf } from "./icon.tsx";
import { Name } from "./name.tsx";

/** The state of a device in words. */
export function stateSentence(state: State): string {
  return t(state.key, {
    power: power(state.power_w ?? 0),
    start: state.start ? clock(state.start, now.value) : "",
    end: state.end ? clock(state.end, state.start ?? now.value) : "",
    by: plain(state.by ?? "", 40),
  });
}

/** Why it runs when it runs, or else why it does what it does now. */
export function whyText(view: DeviceView): string {
  const explained = plan.value?.explanations.find((one) => one.device_id === view.profile.id);
  if (explained) return say(explained.reasons, sentenceOf(explained.text), { currency: plan.value?.currency ?? "", now: now.value });
  const idle = hasProgrammes(view) && !view.wish && !view.commitment && !view.state.running && !view.override;
  return idle ? t("why.nobody_asked") : sentenceOf(resaid(view.because, view.because_said));
}

export function DeviceCard({ view }: { view: DeviceView }) {
  const { profile } = view;
  const state = stateOf(view, plan.value, now.value);
  const why = whyText(view);
  return (
    <li class={`card device ${state.tone}`}>
      <h3>
        <Icon name={iconOf(profile.device_class)} />
        <a href={to("device", profile.id)}>
          <Name text={profile.name} />
        </a>
        <Level view={view} />
      </h3>
      <p class="state">{stateSentence(state)}</p>
      {view.trouble && (
        <p class="trouble">
          <Name text={resaid(view.trouble, view.trouble_said)} most={300} />
        </p>
      )}
      {why && (
        <p class="why">
          <Name text={why} most={400} />
        </p>
      )}
      <p class="acts">
        <Acts view={view} />
        <a class="more" href={to("why", profile.id)}>
          {t("why.ask")}
          <span class="unseen"> {plain(profile.name, 60)}</span>
        </a>
      </p>
    </li>
  );
}

function Level({ view }: { view: DeviceView }) {
  const value = view.state.level;
  return value === null ? null : <span class="level">{levelText(value, view)}</span>;
}

/** An energy says little without how much there is room for, or since when it is counted. */
function levelText(value: number, view: DeviceView): string {
  const unit = unitOf(view);
  const most = mostOf(view);
  const told = level(value, unit);
  if (view.counts_level) return t("value.since_arrival", { value: told });
  return unit === "Wh" && most ? t("value.of", { value: told, most: level(most, unit) }) : told;
}

/** Start now, and back to automatic where a person's word holds. */
export function Acts({ view }: { view: DeviceView }) {
  const name = plain(view.profile.name, 60);
  const away = !mayAct.value || view.state.presence !== "present";
  const held = view.override !== null || view.commitment !== null;
  return (
    <>
      {canStart(view) && !view.state.running && view.override?.mode !== "on" && (
        <button type="button" class="soft" disabled={away} onClick={() => startNow(view)}>
          <Icon name="play" />
          {t("act.start_now")}
          <span class="unseen"> {name}</span>
        </button>
      )}
      {held && (
        <button type="button" class="quiet" disabled={!mayAct.value} onClick={() => auto(view)}>
          {t("act.to_auto")}
          <span class="unseen"> {name}</span>
        </button>
      )}
    </>
  );
}
