// "And if it were ready later?": a slider for ready-by; the router plans anew for each place where it rests.
import { useEffect, useRef, useState } from "preact/hooks";
import { wish } from "../acts.ts";
import { api } from "../api.ts";
import type { DeviceView, WhatIfView, WishBody } from "../api_types.ts";
import { canBeAsked, soonest, targetOf, wishedProgramme } from "../device_state.ts";
import { say } from "../reasons.ts";
import { sentence } from "../said.ts";
import { mayAct } from "../session.ts";
import { now, plan } from "../state.ts";
import { clock, money, sentenceOf, t } from "../words.ts";
import { Name } from "./name.tsx";

const STEP_MS = 900_000;
const FARTHEST_MS = 36 * 3_600_000;
const USUAL_MS = 12 * 3_600_000;
const REST_MS = 350;

const onStep = (instant: number) => Math.ceil(instant / STEP_MS) * STEP_MS;

export function WhatIf({ view }: { view: DeviceView }) {
  if (!canBeAsked(view) || !mayAct.value) return null;
  return <Slider view={view} />;
}

function Slider({ view }: { view: DeviceView }) {
  const first = onStep(now.value + soonest(view)) + STEP_MS;
  const last = onStep(now.value + FARTHEST_MS);
  const asked = view.wish ? Date.parse("by" in view.wish ? view.wish.by : view.wish.ready_by) : now.peek() + USUAL_MS;
  const [by, move] = useState(() => Math.min(Math.max(onStep(asked), first), last));
  const [moved, note] = useState(false);
  const { answer, trouble, busy } = useWhatIf(view, Math.max(by, first), moved);
  const label = clock(Math.max(by, first), now.value);
  return (
    <section class="card what-if" aria-labelledby="what-if">
      <h2 id="what-if">{t("whatif.title")}</h2>
      <label class="field">
        <span>
          {t("device.ready_by")} <output>{label}</output>
        </span>
        <input
          type="range"
          min={first}
          max={last}
          step={STEP_MS}
          value={by}
          aria-valuetext={label}
          onInput={(event) => {
            move(Number(event.currentTarget.value));
            note(true);
          }}
        />
      </label>
      {!moved && <p class="hint">{t("whatif.hint")}</p>}
      {moved && (
        <div aria-live="polite" aria-busy={busy}>
          {trouble && <p class="notice">{trouble}</p>}
          {!trouble && !answer && <p class="hint">{t("whatif.asking")}</p>}
          {!trouble && answer && <Answer told={answer} />}
        </div>
      )}
      {moved && (
        <p>
          <button type="button" disabled={busy || Boolean(trouble) || !answer || !mayAct.value} onClick={() => make(view, Math.max(by, first))}>
            {t("whatif.make_it_so")}
          </button>
        </p>
      )}
    </section>
  );
}

function make(view: DeviceView, by: number): Promise<boolean> {
  return wish(view, new Date(by), wishedProgramme(view), wishedProgramme(view) === null ? levelOf(view) : null);
}

function levelOf(view: DeviceView): number | null {
  return view.wish && "level" in view.wish ? view.wish.level : targetOf(view);
}

interface Told {
  answer: WhatIfView | null;
  trouble: string;
  busy: boolean;
}

/** The router's answer for where the slider rests; one that comes late is not shown. */
function useWhatIf(view: DeviceView, by: number, moved: boolean): Told {
  const [told, tell] = useState<Told>({ answer: null, trouble: "", busy: false });
  const turn = useRef(0);
  useEffect(() => {
    if (!moved) return;
    const mine = ++turn.current;
    tell((before) => ({ ...before, busy: true }));
    const timer = setTimeout(async () => {
      const answered = await ask(view, by);
      if (mine === turn.current) tell(answered);
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      turn.current += 1;
    };
  }, [view.profile.id, by, moved]);
  return told;
}

async function ask(view: DeviceView, by: number): Promise<Told> {
  const programme = wishedProgramme(view);
  const what: Partial<WishBody> = programme === null ? { level: levelOf(view) } : { programme_id: programme };
  try {
    return { answer: await api.whatIf(view.profile.id, { ready_by: new Date(by).toISOString(), ...what }), trouble: "", busy: false };
  } catch (error) {
    return { answer: null, trouble: sentence(error), busy: false };
  }
}

function Answer({ told }: { told: WhatIfView }) {
  const currency = plan.value?.currency ?? "";
  const setting = { currency, now: now.value };
  return (
    <>
      <dl class="facts">
        {told.cycle && (
          <div>
            <dt>{t("whatif.runs")}</dt>
            <dd>{t("options.from_to", { start: clock(told.cycle.start, now.value), end: clock(told.cycle.end, Date.parse(told.cycle.start)) })}</dd>
          </div>
        )}
        <div>
          <dt>{t("options.cost")}</dt>
          <dd>{money(told.cost, currency)}</dd>
        </div>
        <div>
          <dt>{t("whatif.against_plan")}</dt>
          <dd>{difference(told, currency)}</dd>
        </div>
      </dl>
      {told.misses.length > 0 && (
        <>
          <h3>{t("why.misses")}</h3>
          <ul class="said">
            {told.misses.map((miss) => (
              <li key={miss.cause}>
                <Name text={sentenceOf(say([miss.reason], miss.cause, setting))} most={300} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

const NOTHING = 0.0005;

function difference(told: WhatIfView, currency: string): string {
  if (told.cost === null || told.cost_in_force === null) return t("value.unknown");
  const more = told.cost - told.cost_in_force;
  if (Math.abs(more) < NOTHING) return t("whatif.same");
  return t(more < 0 ? "whatif.cheaper" : "whatif.dearer", { money: money(Math.abs(more), currency) });
}
