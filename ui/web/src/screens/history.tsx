// History: energy, cost, CO₂ and saving of a day, a week, a month or a year, device by device.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api.ts";
import type { HistoryView } from "../api_types.ts";
import { HistoryChart } from "../components/history_chart.tsx";
import { usedName } from "../components/used_name.ts";
import { addressOf, type Chosen, chosenOf, moved, SPANS } from "../history_view.ts";
import { to } from "../route.ts";
import { sentence as refusal } from "../said.ts";
import { wallTime } from "../site_time.ts";
import { now } from "../state.ts";
import { energy, money, number, spanName, t, zone } from "../words.ts";

export function HistoryScreen({ about }: { about: string }) {
  const today = wallTime(now.value, zone.value).slice(0, 10);
  const chosen = chosenOf(about, today);
  const [view, show] = useState<HistoryView | null>(null);
  const [trouble, tell] = useState("");
  useEffect(() => {
    let latest = true;
    api.history(chosen.span, chosen.date).then(
      (found) => {
        if (latest) [show(found), tell("")];
      },
      (error: unknown) => latest && tell(refusal(error)),
    );
    return () => void (latest = false);
  }, [chosen.span, chosen.date]);
  return (
    <>
      <h1 tabIndex={-1}>{t("nav.history")}</h1>
      <Spans chosen={chosen} today={today} view={view} />
      {trouble && <p class="trouble">{trouble}</p>}
      {!view && !trouble && <p class="hint">{t("app.loading")}</p>}
      {view && <Shown view={view} />}
    </>
  );
}

function Spans({ chosen, today, view }: { chosen: Chosen; today: string; view: HistoryView | null }) {
  const isLast = view ? view.last >= today : chosen.date >= today;
  return (
    <>
      <nav class="tabs" aria-label={t("history.span")}>
        {SPANS.map((span) => (
          <a
            key={span}
            href={to("history", addressOf({ span, date: chosen.date }))}
            aria-current={span === chosen.span ? "true" : undefined}
          >
            {t(`history.${span}`)}
          </a>
        ))}
      </nav>
      <p class="steps">
        <a href={to("history", addressOf(moved(chosen, -1)))}>{t("history.earlier")}</a>
        <strong>{spanName(chosen.span, view?.first ?? chosen.date, view?.last ?? chosen.date)}</strong>
        {isLast ? <span /> : <a href={to("history", addressOf(moved(chosen, 1)))}>{t("history.later")}</a>}
      </p>
    </>
  );
}

function Shown({ view }: { view: HistoryView }) {
  const { home, currency } = view;
  const percent = number(home.coverage * 100, 0);
  return (
    <>
      <dl class="tiles">
        <div class="card tile">
          <dt>{t(view.metered ? "history.energy_grid" : "history.energy_devices")}</dt>
          <dd>{energy(home.taken_wh)}</dd>
          <dd class="hint">{home.given_wh > 0 ? t("history.given", { energy: energy(home.given_wh) }) : ""}</dd>
        </div>
        <div class="card tile">
          <dt>{t("history.cost")}</dt>
          <dd>{money(home.cost, currency)}</dd>
          <dd class="hint">{t("history.coverage_hint", { percent })}</dd>
        </div>
        <div class="card tile">
          <dt>{t("history.saved")}</dt>
          <dd>{money(home.saving, currency)}</dd>
        </div>
        <div class="card tile">
          <dt>{t("history.co2")}</dt>
          <dd>{mass(home.co2_g)}</dd>
        </div>
      </dl>
      {view.devices.length ? <HistoryChart view={view} /> : <p class="hint">{t("history.empty")}</p>}
      {view.devices.length > 0 && <Devices view={view} />}
      <section class="card" aria-labelledby="method">
        <h2 id="method">{t("history.method_title")}</h2>
        <p>{t("history.method")}</p>
        <p>
          <a href={api.historyTable(view.span, view.first)} download>
            {t("history.csv")}
          </a>
        </p>
      </section>
    </>
  );
}

function mass(grams: number | null): string {
  return grams === null ? t("value.unknown") : `${number(grams / 1000, 2)}\u202fkg`;
}

function Devices({ view }: { view: HistoryView }) {
  return (
    <section class="card" aria-labelledby="history-devices">
      <h2 id="history-devices">{t("history.devices")}</h2>
      <div class="scroller" tabIndex={0} role="region" aria-label={t("history.devices")}>
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">{t("history.device")}</th>
              <th scope="col">{t("history.energy")}</th>
              <th scope="col">{t("history.cost")}</th>
              <th scope="col">{t("history.co2")}</th>
              <th scope="col">{t("history.saved")}</th>
              <th scope="col">{t("history.baseline")}</th>
              <th scope="col">{t("history.coverage")}</th>
            </tr>
          </thead>
          <tbody>
            {view.devices.map((device) => (
              <tr key={device.device_id ?? ""}>
                <th scope="row">
                  <bdi>{usedName(device)}</bdi>
                </th>
                <td>{energy(device.figures.taken_wh - device.figures.given_wh)}</td>
                <td>{money(device.figures.cost, view.currency)}</td>
                <td>{mass(device.figures.co2_g)}</td>
                <td>{money(device.figures.saving, view.currency)}</td>
                <td>{t(`history.baseline.${device.baseline}`)}</td>
                <td>{`${number(device.figures.coverage * 100, 0)}\u202f%`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
