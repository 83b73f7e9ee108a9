// What else an owner may do with a device: pause it, keep it on, let the router steer it, test its plug.
import { hold } from "../acts.ts";
import { api } from "../api.ts";
import type { DeviceView, PlugTest } from "../api_types.ts";
import { canStart, hasProgrammes } from "../device_state.ts";
import { isOwner } from "../house.ts";
import { resaid } from "../resaid.ts";
import { order, say } from "../said.ts";
import { mayAct } from "../session.ts";
import { now, showDevice, status } from "../state.ts";
import { clock, plain, t } from "../words.ts";
import { Confirm } from "./confirm.tsx";
import { Name } from "./name.tsx";
import { UntilForm } from "./until_form.tsx";

/** Off or on for a while; both end by themselves. */
export function Holds({ view }: { view: DeviceView }) {
  const give = (mode: "on" | "off") => async (until: number | null) => until !== null && (await hold(view, mode, until));
  return (
    <div class="holds">
      <UntilForm label={t("device.pause_until")} action={t("device.pause")} act={give("off")} />
      {canStart(view) && !hasProgrammes(view) && (
        <UntilForm label={t("device.boost_until")} action={t("device.boost")} act={give("on")} />
      )}
    </div>
  );
}

/** While nobody is at home, or soon will be. */
export function VacationHint() {
  const away = status.value?.vacation;
  if (!away) return null;
  return <p class="hint">{t("device.vacation", { from: clock(away.start, now.value), until: clock(away.end, now.value) })}</p>;
}

/** Whether the router steers it or only watches it. */
export function Steering({ view }: { view: DeviceView }) {
  if (!isOwner() || view.profile.flexibility === null) return null;
  const name = plain(view.profile.name, 60);
  const hand = (steered: boolean) => async () => {
    await api.handOver(view.profile.id, steered);
    showDevice({ ...view, watched: !steered });
  };
  const change = () =>
    order(async () => {
      const steered = view.watched;
      await hand(steered)();
      say(t(steered ? "device.steers_now" : "device.watches_now", { name }), hand(!steered));
    });
  return (
    <section class="card" aria-labelledby="steering">
      <h2 id="steering">{t("device.steering")}</h2>
      <p>{view.watched ? t("device.watched_hint") : t("device.steered_hint")}</p>
      <p>
        <button type="button" class={view.watched ? "" : "quiet"} disabled={!mayAct.value} onClick={change}>
          {view.watched ? t("device.hand_over") : t("device.watch")}
        </button>
      </p>
    </section>
  );
}

const COURSE: PlugTest["stage"][] = ["waiting", "cut", "watching"];
const OVER: PlugTest["stage"][] = ["resumed", "stayed_off", "given_up"];

/** The pull-plug test: does a machine go on by itself after its power was cut? */
export function PlugTestCard({ view }: { view: DeviceView }) {
  if (!isOwner() || !hasProgrammes(view)) return null;
  const test = view.plug_test;
  const runs = test !== null && !OVER.includes(test.stage);
  const name = plain(view.profile.name, 60);
  return (
    <section class="card" aria-labelledby="plug-test">
      <h2 id="plug-test">{t("plug.title")}</h2>
      <p class="hint">{t("plug.hint")}</p>
      {test && <Progress test={test} />}
      {runs ? (
        <p>
          <button type="button" class="quiet" disabled={!mayAct.value} onClick={() => order(() => stop(view))}>
            {t("plug.stop")}
          </button>
        </p>
      ) : (
        <p class="acts">
          <Confirm label={t("plug.begin")} about={name} question={t("plug.sure", { name })} act={() => order(() => begin(view))} />
        </p>
      )}
    </section>
  );
}

async function begin(view: DeviceView): Promise<void> {
  showDevice({ ...view, plug_test: await api.testPlug(view.profile.id) });
}

async function stop(view: DeviceView): Promise<void> {
  await api.stopPlugTest(view.profile.id);
  showDevice({ ...view, plug_test: null });
  say(t("plug.stopped"));
}

function Progress({ test }: { test: PlugTest }) {
  const place = COURSE.indexOf(test.stage);
  const over = place < 0;
  return (
    <div role="status">
      <ol class="course">
        {COURSE.map((stage, here) => (
          <li key={stage} class={over || here < place ? "done" : here === place ? "here" : ""} aria-current={here === place ? "step" : undefined}>
            {t(`plug.stage.${stage}`)}
          </li>
        ))}
        {over && (
          <li class="here" aria-current="step">
            {t(`plug.stage.${test.stage}`)}
          </li>
        )}
      </ol>
      <p>
        <Name text={resaid(test.sentence, test.sentence_said)} most={300} />
      </p>
      <p class="hint">{t("plug.since", { at: clock(test.since, now.value) })}</p>
    </div>
  );
}
