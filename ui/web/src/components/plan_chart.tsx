// The plan as a picture, with the same as a table one tap away.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Drawn } from "../draw_plan.ts";
import { colourOf, type Picture } from "../plan_view.ts";
import { now } from "../state.ts";
import { themeChanges } from "../theme.ts";
import { clock, language, plain, t } from "../words.ts";
import { PlanTable } from "./plan_table.tsx";

type Pen = typeof import("../draw_plan.ts");

const MINUTE_MS = 60_000;

/** What a layer is called: a device by its name, what no device of the plan uses by ours. */
export function layerName(layer: { deviceId: string | null; name: string }): string {
  return layer.deviceId === null ? t("chart.rest") : plain(layer.name, 40);
}

export function PlanChart({ shown }: { shown: Picture }) {
  const [asTable, show] = useState(false);
  return (
    <section class="card plan" aria-labelledby="plan-title">
      <header>
        <h2 id="plan-title">{t("chart.title")}</h2>
        <button type="button" class="quiet" aria-pressed={asTable} onClick={() => show(!asTable)}>
          {asTable ? t("chart.as_chart") : t("chart.as_table")}
        </button>
      </header>
      {asTable ? <PlanTable shown={shown} /> : <Drawing shown={shown} />}
    </section>
  );
}

function Drawing({ shown }: { shown: Picture }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const [busy, setBusy] = useState(true);
  const [pen, take] = useState<Pen | null>(null);
  useEffect(() => void import("../draw_plan.ts").then(take), []);
  useLayoutEffect(() => {
    if (!pen || !canvas.current) return;
    const drawing = (drawn.current = pen.draw(canvas.current, shown, now.peek()));
    setBusy(false);
    return () => drawing.destroy();
  }, [pen, shown, themeChanges.value, language.value]);
  const minute = Math.floor(now.value / MINUTE_MS);
  useEffect(() => drawn.current?.setNow(now.peek()), [minute]);
  return (
    <figure aria-busy={busy}>
      <div class="canvas">
        <canvas ref={canvas} role="img" aria-label={inWords(shown)} />
      </div>
      <figcaption>
        <Legend shown={shown} />
      </figcaption>
    </figure>
  );
}

/** What the picture says, for who does not see it; the table has every number. */
function inWords(shown: Picture): string {
  const from = clock(shown.starts[0] ?? 0, now.value);
  const to = clock(shown.starts.at(-1) ?? 0, now.value);
  const cheap = cheapest(shown);
  const best = cheap === null ? "" : t("chart.in_words_cheapest", { at: clock(cheap, now.value) });
  return `${t("chart.in_words", { from, to, devices: shown.layers.map(layerName).join(", ") })} ${best}`.trim();
}

function cheapest(shown: Picture): number | null {
  let place = -1;
  shown.price.forEach((price, here) => {
    if (price !== null && price < (shown.price[place] ?? Infinity)) place = here;
  });
  return shown.starts[place] ?? null;
}

function Legend({ shown }: { shown: Picture }) {
  const kinds = [...new Set(shown.spans.map((span) => span.kind))];
  return (
    <ul class="legend">
      {shown.layers.map((layer) => (
        <li key={layer.deviceId ?? ""}>
          <span class={`swatch ${colourOf(layer)}`} aria-hidden="true" />
          <bdi>{layerName(layer)}</bdi>
        </li>
      ))}
      <li>
        <span class="swatch line" aria-hidden="true" />
        {t("chart.price")}
      </li>
      {shown.known.includes(false) && (
        <li>
          <span class="swatch hatched" aria-hidden="true" />
          {t("chart.expected")}
        </li>
      )}
      {kinds.map((kind) => (
        <li key={kind}>
          <span class={`swatch span ${kind}`} aria-hidden="true" />
          {t(`chart.span.${kind}`)}
        </li>
      ))}
    </ul>
  );
}
