// Today: how the home is in one sentence, three numbers, the plan, and a card for each device.
import { computed } from "@preact/signals";
import type { DeviceView } from "../api_types.ts";
import { DeviceCard } from "../components/device_card.tsx";
import { PlanChart } from "../components/plan_chart.tsx";
import { nextStart } from "../device_state.ts";
import { noticesOf } from "../notices.ts";
import { type Named, picture, QUARTER_MS, rank } from "../plan_view.ts";
import { allResaid, resaid } from "../resaid.ts";
import { to } from "../route.ts";
import { devices, now, plan, status, timeline } from "../state.ts";
import { clock, moment, money, number, plain, power, price, t } from "../words.ts";

/** The picture changes with plan, prices, names and the quarter of an hour, not with each reading of a device. */
const quarter = computed(() => Math.floor(now.value / QUARTER_MS) * QUARTER_MS);
const names = computed(() => JSON.stringify(devices.value.map(({ profile }) => ({ id: profile.id, name: profile.name }))));
const published = computed(() => {
  const until = status.value?.prices_until;
  return until ? Math.floor(Date.parse(until) / QUARTER_MS) * QUARTER_MS : Infinity;
});
const planned = computed(
  () => plan.value && picture(plan.value, timeline.value, JSON.parse(names.value) as Named[], quarter.value, published.value),
);

export function TodayScreen() {
  const shown = planned.value;
  const told = status.value;
  if (!told) return <p class="hint">{t("app.loading")}</p>;
  return (
    <>
      <header class="headline">
        <p class="eyebrow">
          {moment(now.value)}
        </p>
        <h1 tabIndex={-1}>{stateSentence()}</h1>
        <Notices />
      </header>
      <Tiles ahead={shown?.price ?? []} />
      {shown && <PlanChart shown={shown} />}
      <section aria-labelledby="devices-title">
        <h2 id="devices-title">{t("nav.devices")}</h2>
        <ul class="cards">
          {devices.value.filter(isDevice).map((view) => (
            <DeviceCard key={view.profile.id} view={view} />
          ))}
        </ul>
      </section>
    </>
  );
}

/** A meter is no device that people think of; what it says stands above. */
function isDevice(view: DeviceView): boolean {
  return view.profile.device_class !== "meter";
}

const WELL = /^(All is well|The first plan)/;

/** Ours while all is well; otherwise the router says what is missing. */
function stateSentence(): string {
  const told = status.value;
  if (!told) return "";
  if (told.degraded || !WELL.test(told.sentence)) return plain(resaid(told.sentence, told.sentence_said), 300);
  if (!plan.value) return t("state.first_plan");
  const next = nextStart(devices.value, now.value);
  if (!next) return t("state.all_well");
  return t("state.well_next", { name: plain(next.view.profile.name, 60), start: clock(next.start, now.value) });
}

/** Alerts in the providers' words, and what the router does without them; what the headline says is not said twice. */
function Notices() {
  const told = status.value;
  const all = told ? [...allResaid(told.alerts, told.alerts_said), resaid(told.offline, told.offline_said)] : [];
  return (
    <>
      {noticesOf(all, stateSentence()).map((notice) => (
        <p key={notice} class="notice">
          <bdi>{notice}</bdi>
        </p>
      ))}
    </>
  );
}

function Tiles({ ahead }: { ahead: (number | null)[] }) {
  const told = status.value;
  const next = nextStart(devices.value, now.value);
  if (!told) return null;
  const used_w = told.grid_w ?? told.power_w;
  return (
    <dl class="tiles">
      <div class={`card tile ${rank(told.price_per_kwh, ahead)}`}>
        <dt>{t("today.price")}</dt>
        <dd>{price(told.price_per_kwh, told.currency)}</dd>
        <dd class="hint">{told.price_per_kwh === null ? t("today.price_unknown") : t(`today.rank.${rank(told.price_per_kwh, ahead)}`)}</dd>
      </div>
      <div class="card tile">
        <dt>{told.grid_w === null ? t("today.devices_power") : t("today.power")}</dt>
        <dd>{power(used_w)}</dd>
        <dd class="hint">{told.co2_g_per_kwh === null ? "" : t("today.co2", { grams: number(told.co2_g_per_kwh, 0) })}</dd>
      </div>
      <div class="card tile">
        <dt>{t("today.saved")}</dt>
        <dd>{money(told.saved_today, told.currency)}</dd>
        <dd class="hint">
          {told.saved_today === null ? t("today.saved_unknown") : <a href={to("history")}>{t("today.saved_how")}</a>}
        </dd>
      </div>
      <div class="card tile">
        <dt>{t("today.next")}</dt>
        <dd>{next ? clock(next.start, now.value) : t("today.nothing_next")}</dd>
        <dd class="hint">
          {next && (
            <a href={to("why", next.view.profile.id)}>{t("today.next_why", { name: plain(next.view.profile.name, 60) })}</a>
          )}
        </dd>
      </div>
    </dl>
  );
}
