// "Until when?": the usual ends, or a time of one's own; whatever a person orders for a while ends by itself.
import { useState } from "preact/hooks";
import { ends } from "../ends.ts";
import { mayAct } from "../session.ts";
import { instantOf, wallTime } from "../site_time.ts";
import { now } from "../state.ts";
import { clock, t, zone } from "../words.ts";

interface Parts {
  label: string;
  action: string;
  /** Whether it may stay until somebody takes it back. */
  open?: boolean;
  act: (until: number | null) => Promise<unknown>;
}

const PICK = "pick";
const OPEN = "open";
const TWO_HOURS_MS = 7_200_000;

export function UntilForm({ label, action, open, act }: Parts) {
  const [choice, choose] = useState<string>("hour");
  const [own, setOwn] = useState(() => wallTime(now.peek() + TWO_HOURS_MS, zone.peek()));
  const known = ends(now.value, zone.value);

  async function give(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const chosen = known.find((end) => end.key === choice) ?? known[0];
    await act(choice === OPEN ? null : choice === PICK ? instantOf(own, zone.peek()) : (chosen?.at ?? now.peek()));
  }

  return (
    <form class="row until" onSubmit={give}>
      <label class="field">
        {label}
        <select value={choice} onChange={(event) => choose(event.currentTarget.value)}>
          {known.map((end) => (
            <option key={end.key} value={end.key}>
              {t(`until.${end.key}`, { at: clock(end.at, now.value) })}
            </option>
          ))}
          <option value={PICK}>{t("until.pick")}</option>
          {open && <option value={OPEN}>{t("until.open")}</option>}
        </select>
      </label>
      {choice === PICK && (
        <label class="field">
          {t("until.time")}
          <input
            type="datetime-local"
            required
            min={wallTime(now.value, zone.value)}
            value={own}
            onInput={(event) => setOwn(event.currentTarget.value)}
          />
        </label>
      )}
      <button type="submit" class="quiet" disabled={!mayAct.value}>
        {action}
      </button>
    </form>
  );
}
