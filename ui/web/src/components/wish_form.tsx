// "Ready by": a programme or a level by a time; the router finds the best start before it.
import { useState } from "preact/hooks";
import { wish } from "../acts.ts";
import type { DeviceView } from "../api_types.ts";
import { programmes, targetOf, unitOf } from "../device_state.ts";
import { mayAct } from "../session.ts";
import { instantOf, wallTime } from "../site_time.ts";
import { now } from "../state.ts";
import { plain, t, zone } from "../words.ts";

const AHEAD_MS = 12 * 3_600_000;
const HOUR_MS = 3_600_000;

export function WishForm({ view }: { view: DeviceView }) {
  const known = programmes(view);
  const full = targetOf(view);
  const unit = unitOf(view) === "Wh" ? "kWh" : unitOf(view);
  const perUnit = unit === "kWh" ? 1000 : 1;
  const [by, setBy] = useState(() => wallTime(Math.ceil((now.peek() + AHEAD_MS) / HOUR_MS) * HOUR_MS, zone.peek()));
  const [programme, setProgramme] = useState(known[0]?.id ?? "");
  const [level, setLevel] = useState(full === null ? "" : (full / perUnit).toString());
  if (!known.length && full === null) return null;

  async function ask(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const readyBy = new Date(instantOf(by, zone.peek()));
    await wish(view, readyBy, known.length ? programme : null, known.length ? null : Number(level) * perUnit);
  }

  return (
    <form class="row" onSubmit={ask}>
      {known.length > 1 && (
        <label class="field">
          {t("device.programme")}
          <select value={programme} onChange={(event) => setProgramme(event.currentTarget.value)}>
            {known.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
      )}
      {!known.length && (
        <label class="field">
          {t("device.level", { unit: plain(unit, 10) })}
          <input type="number" step="any" required value={level} onInput={(event) => setLevel(event.currentTarget.value)} />
        </label>
      )}
      <label class="field">
        {t("device.ready_by")}
        <input type="datetime-local" required value={by} onInput={(event) => setBy(event.currentTarget.value)} />
      </label>
      <button type="submit" class="quiet" disabled={!mayAct.value}>
        {t("device.ask")}
      </button>
    </form>
  );
}
