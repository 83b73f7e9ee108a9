// The bars of a span, stacked by device, with the same as a table one tap away.
import { useState } from "preact/hooks";
import type { BarView, HistoryView } from "../api_types.ts";
import { colourAt, highest, partsOf, usedIn } from "../history_view.ts";
import { barName, energy, money, t } from "../words.ts";
import { usedName } from "./used_name.ts";

const HEIGHT = 200;
const STEP = 20;

export function HistoryChart({ view }: { view: HistoryView }) {
  const [asTable, show] = useState(false);
  return (
    <section class="card plan" aria-labelledby="history-chart">
      <header>
        <h2 id="history-chart">{t("history.chart")}</h2>
        <button type="button" class="quiet" aria-pressed={asTable} onClick={() => show(!asTable)}>
          {asTable ? t("chart.as_chart") : t("chart.as_table")}
        </button>
      </header>
      {asTable ? <Table view={view} /> : <Drawing view={view} />}
    </section>
  );
}

function Drawing({ view }: { view: HistoryView }) {
  const most = highest(view);
  const named = view.bars.filter((_, place) => place % Math.ceil(view.bars.length / 6) === 0);
  return (
    <figure>
      <p class="hint">{energy(most)}</p>
      <svg
        class="bars"
        viewBox={`0 0 ${view.bars.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={inWords(view)}
      >
        {view.bars.map((bar, place) =>
          partsOf(bar, view).map((part) => (
            <rect
              key={`${bar.start} ${part.place}`}
              class={colourAt(view, part.place)}
              x={place * STEP + 2}
              width={STEP - 4}
              y={HEIGHT - ((part.from_wh + part.wh) / most) * HEIGHT}
              height={(part.wh / most) * HEIGHT}
            />
          )),
        )}
      </svg>
      <div class="bar-names hint" aria-hidden="true">
        {named.map((bar) => (
          <span key={bar.start}>{nameOf(bar, view)}</span>
        ))}
      </div>
      <figcaption>
        <ul class="legend">
          {view.devices.map((device, place) => (
            <li key={device.device_id ?? ""}>
              <span class={`swatch ${colourAt(view, place)}`} aria-hidden="true" />
              <bdi>{usedName(device)}</bdi>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

function nameOf(bar: BarView, view: HistoryView): string {
  return barName(Date.parse(bar.start), view.span);
}

/** What the picture says, for who does not see it; the table has every number. */
function inWords(view: HistoryView): string {
  const bars = view.bars;
  const most = bars.reduce((best, bar) => (usedIn(bar) > usedIn(best) ? bar : best), bars[0]!);
  return t("history.in_words", {
    from: nameOf(bars[0]!, view),
    to: nameOf(bars.at(-1)!, view),
    total: energy(bars.reduce((sum, bar) => sum + usedIn(bar), 0)),
    most: nameOf(most, view),
  });
}

function Table({ view }: { view: HistoryView }) {
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label={t("history.table")}>
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">{t("chart.time")}</th>
            <th scope="col">{t("history.energy")}</th>
            <th scope="col">{t("history.cost")}</th>
            <th scope="col">{t("history.saved")}</th>
            {view.devices.map((device) => (
              <th scope="col" key={device.device_id ?? ""}>
                <bdi>{usedName(device)}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {view.bars.map((bar) => (
            <tr key={bar.start}>
              <th scope="row">{nameOf(bar, view)}</th>
              <td>{energy(usedIn(bar))}</td>
              <td>{money(bar.home.cost, view.currency)}</td>
              <td>{money(bar.home.saving, view.currency)}</td>
              {view.devices.map((device) => (
                <td key={device.device_id ?? ""}>
                  {energy(bar.uses.find((use) => use.device_id === device.device_id)?.figures.taken_wh ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
