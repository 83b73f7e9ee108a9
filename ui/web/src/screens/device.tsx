// One device: what it does, what people ask of it, when it could run and for how much, why, and what it is.
import { skip } from "../acts.ts";
import type { DeviceView } from "../api_types.ts";
import { Acts, stateSentence } from "../components/device_card.tsx";
import { Holds, PlugTestCard, Steering, VacationHint } from "../components/device_more.tsx";
import { Icon, iconOf } from "../components/icon.tsx";
import { Name } from "../components/name.tsx";
import { OptionsList } from "../components/options_list.tsx";
import { WhyPanel } from "../components/why_panel.tsx";
import { WishForm } from "../components/wish_form.tsx";
import { canStart, hasProgrammes, milliseconds, programmes, stateOf, unitOf } from "../device_state.ts";
import { resaid } from "../resaid.ts";
import { to } from "../route.ts";
import { mayAct } from "../session.ts";
import { device, now, plan } from "../state.ts";
import { clock, energy, level, plain, power, span, t } from "../words.ts";

export function DeviceScreen({ about }: { about: string }) {
  const view = device(about);
  if (!view) return <Unknown />;
  return (
    <>
      <p class="eyebrow">
        <a href={to("devices")}>
          <Icon name="back" />
          {t("nav.devices")}
        </a>
      </p>
      <header class="headline device">
        <Icon name={iconOf(view.profile.device_class)} />
        <div>
          <h1 tabIndex={-1}>
            <Name text={view.profile.name} />
          </h1>
          <p class="state">{stateSentence(stateOf(view, plan.value, now.value))}</p>
        </div>
      </header>
      {view.trouble && (
        <p class="notice">
          <Name text={resaid(view.trouble, view.trouble_said)} most={300} />
        </p>
      )}
      {canStart(view) && <Orders view={view} />}
      {hasProgrammes(view) && (
        <section aria-labelledby="best">
          <h2 id="best">{t("options.title")}</h2>
          <OptionsList key={view.profile.id} view={view} />
        </section>
      )}
      <section class="card" aria-labelledby="why">
        <h2 id="why">{t("why.title", { name: plain(view.profile.name, 60) })}</h2>
        <WhyPanel view={view} />
      </section>
      <Programmes view={view} />
      <Steering view={view} />
      <PlugTestCard view={view} />
      <Facts view={view} />
    </>
  );
}

function Unknown() {
  return (
    <>
      <h1 tabIndex={-1}>{t("device.unknown")}</h1>
      <p>
        <a href={to("devices")}>{t("device.all")}</a>
      </p>
    </>
  );
}

/** What people ask of it: now, for a while, and by when. */
function Orders({ view }: { view: DeviceView }) {
  const live = mayAct.value;
  return (
    <section class="card" aria-labelledby="orders">
      <h2 id="orders">{t("device.orders")}</h2>
      <Window view={view} />
      <p class="acts">
        <Acts view={view} />
        {(view.wish ?? view.commitment) && (
          <button type="button" class="quiet" disabled={!live} onClick={() => skip(view)}>
            {t("act.skip")}
          </button>
        )}
      </p>
      <WishForm key={view.profile.id} view={view} />
      <Holds key={`${view.profile.id} holds`} view={view} />
      <VacationHint />
    </section>
  );
}

/** What holds: an agreed start, or a time by which it shall be done. */
function Window({ view }: { view: DeviceView }) {
  const { wish, commitment } = view;
  if (commitment) {
    const start = Date.parse(commitment.start);
    const end = clock(start + milliseconds(commitment.duration), start);
    return <p>{t("device.agreed", { start: clock(start, now.value), end })}</p>;
  }
  if (!wish) return <p class="hint">{t("device.no_wish")}</p>;
  if ("level" in wish) {
    return <p>{t("device.level_by", { level: level(wish.level, unitOf(view)), by: clock(wish.by, now.value) })}</p>;
  }
  const values = { from: clock(wish.earliest, now.value), by: clock(wish.ready_by, now.value) };
  return <p>{t("device.window", values)}</p>;
}

function Programmes({ view }: { view: DeviceView }) {
  const known = programmes(view);
  if (!known.length) return null;
  const learned = new Map(view.learned.map((one) => [one.programme_id, one]));
  return (
    <section class="card" aria-labelledby="programmes">
      <h2 id="programmes">{t("device.programmes")}</h2>
      <div class="scroller" tabIndex={0} role="region" aria-labelledby="programmes">
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">{t("device.programme")}</th>
              <th scope="col">{t("options.length")}</th>
              <th scope="col">{t("device.energy")}</th>
              <th scope="col">{t("device.peak")}</th>
              <th scope="col">{t("device.measured")}</th>
            </tr>
          </thead>
          <tbody>
            {known.map((programme) => {
              const runs = learned.get(programme.id);
              return (
                <tr key={programme.id}>
                  <th scope="row">
                    <Name text={programme.name} />
                  </th>
                  <td>{span(programme.phases.reduce((sum, phase) => sum + milliseconds(phase.duration), 0))}</td>
                  <td>{energy(programme.phases.reduce((sum, phase) => sum + (phase.power_w * milliseconds(phase.duration)) / 3_600_000, 0))}</td>
                  <td>{power(Math.max(...programme.phases.map((phase) => phase.power_w)))}</td>
                  <td>
                    {runs
                      ? t("device.measured_runs", { count: runs.runs, energy: energy(runs.measured_wh), span: span(runs.measured_minutes * 60_000) })
                      : t("value.unknown")}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** What it is and where our knowledge of it comes from. */
function Facts({ view }: { view: DeviceView }) {
  const { profile, state } = view;
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts">{t("device.facts")}</h2>
      <dl class="facts">
        <div>
          <dt>{t("device.class")}</dt>
          <dd>{t(`class.${profile.device_class}`)}</dd>
        </div>
        <div>
          <dt>{t("device.model")}</dt>
          <dd>
            <code>{plain(profile.model_id, 80)}</code>
          </dd>
        </div>
        <div>
          <dt>{t("device.power")}</dt>
          <dd>{power(state.power_w)}</dd>
        </div>
        {state.energy_wh !== null && (
          <div>
            <dt>{t("device.counted")}</dt>
            <dd>{energy(state.energy_wh)}</dd>
          </div>
        )}
        <div>
          <dt>{t("device.steered")}</dt>
          <dd>{view.watched ? t("device.only_watched") : t("device.steered_yes")}</dd>
        </div>
        <div>
          <dt>{t("device.seen")}</dt>
          <dd>{state.seen_at ? clock(state.seen_at, now.value) : t("value.unknown")}</dd>
        </div>
      </dl>
    </section>
  );
}
