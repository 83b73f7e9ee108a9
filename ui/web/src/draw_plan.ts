// Draws the plan on a canvas: a stack of powers, the price as steps, what is asked as shades, and where now is.
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartDataset,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  Tooltip,
  type TooltipItem,
  type TooltipOptions,
} from "chart.js";
import { layerName } from "./components/plan_chart.tsx";
import { colourOf, type Picture, QUARTER_MS } from "./plan_view.ts";
import { colour } from "./theme.ts";
import { hour, hourOfDay, language, money, number, power, t } from "./words.ts";

Chart.register(BarController, BarElement, CategoryScale, LinearScale, LineController, LineElement, PointElement, Tooltip);

const NARROW_PX = 520;

/** A drawing, which knows how late it is. */
export interface Drawn {
  /** Move the line of the present. */
  setNow(now: number): void;
  /** To be called before the canvas is drawn anew. */
  destroy(): void;
}

export function draw(canvas: HTMLCanvasElement, shown: Picture, now: number): Drawn {
  const present = { now };
  const ink = { text: colour("quiet"), grid: colour("line"), now: colour("text"), price: colour("price"), surface: colour("surface") };
  const narrow = canvas.parentElement !== null && canvas.parentElement.clientWidth < NARROW_PX;
  const chart = new Chart<"bar" | "line", (number | null)[], string>(canvas, {
    type: "bar",
    data: { labels: shown.starts.map(hour), datasets: [priceLine(shown, ink.price), ...stack(shown, ink.surface)] },
    options: {
      locale: language.value,
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: {
          stacked: true,
          grid: { display: false },
          border: { color: ink.grid },
          ticks: { color: ink.text, autoSkip: false, maxRotation: 0, callback: (_, place) => tick(shown, place, narrow) },
        },
        y: {
          stacked: true,
          border: { display: false },
          grid: { color: ink.grid },
          ticks: { color: ink.text, maxTicksLimit: 5, callback: (value) => `${number(Number(value), 1)} kW` },
        },
        price: {
          position: "right",
          border: { display: false },
          grid: { display: false },
          ticks: { color: ink.price, maxTicksLimit: 5, callback: (value) => money(Number(value), shown.currency, 2) },
          grace: "8%",
        },
      },
      plugins: { tooltip: readout(shown) },
    },
    plugins: [shades(shown), marker(shown, present, ink.now)],
  });
  return {
    setNow(later) {
      present.now = later;
      chart.draw();
    },
    destroy: () => chart.destroy(),
  };
}

function priceLine(shown: Picture, ink: string): ChartDataset<"line", (number | null)[]> {
  return {
    type: "line",
    yAxisID: "price",
    label: t("chart.price"),
    data: shown.price,
    stepped: "middle",
    borderColor: ink,
    backgroundColor: ink,
    borderWidth: 2,
    pointRadius: 0,
    pointHoverRadius: 3,
    segment: { borderDash: (segment) => (shown.known[segment.p1DataIndex] ? [] : [4, 4]) },
  };
}

function stack(shown: Picture, surface: string): ChartDataset<"bar", (number | null)[]>[] {
  return shown.layers.map((layer) => {
    const solid = colour(colourOf(layer));
    const hatched = hatch(solid, surface);
    return {
      type: "bar",
      label: layerName(layer),
      data: layer.power_w.map((value) => value / 1000),
      backgroundColor: shown.known.map((known) => (known ? solid : hatched)),
      barPercentage: 1,
      categoryPercentage: 1,
      order: 1,
    };
  });
}

/** Stripes of the colour: what rests on expected prices. */
function hatch(solid: string, surface: string): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const pen = tile.getContext("2d");
  if (!pen) return solid;
  pen.fillStyle = surface;
  pen.fillRect(0, 0, 6, 6);
  pen.strokeStyle = solid;
  pen.lineWidth = 2.5;
  for (const shift of [-6, 0, 6]) {
    pen.moveTo(shift - 1, 7);
    pen.lineTo(shift + 7, -1);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat") ?? solid;
}

/** Every third hour, every sixth on a phone. */
function tick(shown: Picture, place: number, narrow: boolean): string {
  const start = shown.starts[place] ?? 0;
  return hourOfDay(start) % (narrow ? 6 : 3) === 0 ? hour(start) : "";
}

type Item = TooltipItem<"bar" | "line">;

function readout(shown: Picture): Partial<TooltipOptions<"bar" | "line">> {
  const isPrice = (item: Item) => item.datasetIndex === 0;
  return {
    callbacks: {
      title: (items: Item[]) => {
        const start = shown.starts[items[0]?.dataIndex ?? 0] ?? 0;
        return t("options.from_to", { start: hour(start), end: hour(start + QUARTER_MS) });
      },
      label: (item: Item) => {
        const value = Number(item.raw);
        if (!isPrice(item)) return ` ${item.dataset.label}: ${power(value * 1000)}`;
        const price = money(value, shown.currency, 3);
        return ` ${t("chart.price")}: ${shown.known[item.dataIndex] ? price : t("chart.expected_price", { price })}`;
      },
    } as TooltipOptions<"bar" | "line">["callbacks"],
    filter: (item) => isPrice(item) || Number(item.raw) !== 0,
    itemSort: (one, other) => one.datasetIndex - other.datasetIndex,
  };
}

/** Where an instant stands on the axis, in pixels. */
function across(chart: Chart, shown: Picture, instant: number): number {
  const { left, right } = chart.chartArea;
  const from = shown.starts[0] ?? 0;
  const whole = shown.starts.length * QUARTER_MS;
  return left + (right - left) * Math.min(1, Math.max(0, (instant - from) / whole));
}

/** Times in which somebody asks something of the home. */
function shades(shown: Picture): Plugin {
  return {
    id: "shades",
    beforeDatasetsDraw(chart) {
      const { top, bottom } = chart.chartArea;
      for (const span of shown.spans) {
        const from = across(chart, shown, span.from);
        chart.ctx.fillStyle = colour(`span-${span.kind}`);
        chart.ctx.fillRect(from, top, across(chart, shown, span.to) - from, bottom - top);
      }
    },
  };
}

function marker(shown: Picture, present: { now: number }, ink: string): Plugin {
  return {
    id: "now",
    afterDatasetsDraw(chart) {
      const { top, bottom } = chart.chartArea;
      const at = across(chart, shown, present.now);
      chart.ctx.save();
      chart.ctx.strokeStyle = ink;
      chart.ctx.lineWidth = 1.5;
      chart.ctx.beginPath();
      chart.ctx.moveTo(at, top);
      chart.ctx.lineTo(at, bottom);
      chart.ctx.stroke();
      chart.ctx.restore();
    },
  };
}
