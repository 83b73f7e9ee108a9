// The plan in numbers, an hour a row: what the chart shows, for who reads or hears it.
import { type Picture, type Row, rows } from "../plan_view.ts";
import { now } from "../state.ts";
import { clock, money, power, t } from "../words.ts";
import { layerName } from "./plan_chart.tsx";

export function PlanTable({ shown }: { shown: Picture }) {
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label={t("chart.table")}>
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">{t("chart.time")}</th>
            <th scope="col">{t("chart.price_column", { currency: shown.currency })}</th>
            {shown.layers.map((layer) => (
              <th scope="col" key={layer.deviceId ?? ""}>
                <bdi>{layerName(layer)}</bdi>
              </th>
            ))}
            {shown.spans.length > 0 && <th scope="col">{t("chart.asked")}</th>}
          </tr>
        </thead>
        <tbody>
          {rows(shown).map((row) => (
            <Line key={row.from} row={row} shown={shown} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ row, shown }: { row: Row; shown: Picture }) {
  const price = money(row.price, shown.currency, 3);
  return (
    <tr>
      <th scope="row">{clock(row.from, now.value)}</th>
      <td>{row.known ? price : t("chart.expected_price", { price })}</td>
      {row.power_w.map((power_w, place) => (
        <td key={shown.layers[place]?.deviceId ?? ""}>{Math.abs(power_w) < 1 ? t("value.nothing") : power(power_w)}</td>
      ))}
      {shown.spans.length > 0 && <td>{asked(row)}</td>}
    </tr>
  );
}

function asked(row: Row): string {
  const words = row.spans.map((span) =>
    span.most_w === null ? t(`chart.span.${span.kind}`) : t("chart.at_most", { power: power(span.most_w) }),
  );
  return [...new Set(words)].join(", ");
}
