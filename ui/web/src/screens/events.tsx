// Events: who asks for what and when, what becomes of it here, and the way out of it.
import { useState } from "preact/hooks";
import { api } from "../api.ts";
import type { Ack, EventCost, EventView } from "../api_types.ts";
import { Name } from "../components/name.tsx";
import { effectOf, meanwhile, ordered, outsOf, type Said, saidBy, spanOf, typeName, wordId } from "../events_view.ts";
import { optIn, optOut } from "../house.ts";
import { say } from "../reasons.ts";
import { resaid } from "../resaid.ts";
import { order } from "../said.ts";
import { mayAct } from "../session.ts";
import { device, devices, events, now, plan, status } from "../state.ts";
import { clock, money, number, plain, power, sentenceOf, t } from "../words.ts";

const MOST_OVER = 10;

export function EventsScreen() {
  const { open, over } = ordered(events.value);
  return (
    <>
      <h1 tabIndex={-1}>{t("nav.events")}</h1>
      {open.length === 0 && <Nothing />}
      {open.length > 0 && (
        <ul class="stack">
          {open.map((view) => (
            <EventCard key={`${view.event.provider} ${view.event.id}`} view={view} />
          ))}
        </ul>
      )}
      {over.length > 0 && (
        <section aria-labelledby="over">
          <h2 id="over">{t("events.over")}</h2>
          <ul class="stack">
            {over.slice(0, MOST_OVER).map((view) => (
              <EventCard key={`${view.event.provider} ${view.event.id}`} view={view} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Nothing() {
  return (
    <section class="card empty">
      <h2>{t("events.none")}</h2>
      <p>{t("events.none_why")}</p>
      <p class="hint">{t("events.none_then")}</p>
    </section>
  );
}

function EventCard({ view }: { view: EventView }) {
  const { event } = view;
  const span = spanOf(event);
  const name = plain(event.name, 80) || plain(event.program_id, 80) || plain(event.id, 80);
  return (
    <li class={`card event ${view.phase}`}>
      <header>
        <h3>
          <bdi>{name}</bdi>
        </h3>
        <span class={`tag ${view.phase}`}>{t(`events.phase.${view.phase}`)}</span>
      </header>
      <p class="hint">
        {t("events.from", { provider: plain(event.provider, 60) })}
        {span && ` · ${t("options.from_to", { start: clock(span.start, now.value), end: clock(span.end, span.start) })}`}
      </p>
      <ul class="asks">
        {saidBy(event).map((said) => (
          <li key={said.type}>{askText(said, event.currency)}</li>
        ))}
      </ul>
      {event.targets.length > 0 && <p class="hint">{t("events.meant_for", { whom: event.targets.map((one) => plain(one, 40)).join(", ") })}</p>}
      {view.phase !== "over" && <WhatWeDo view={view} />}
      {view.acks.map((ack) => (
        <Acks key={ack.member ?? ""} ack={ack} />
      ))}
      {asksNow(view) && <CostOf view={view} name={name} />}
      {view.phase !== "over" && effectOf(event) && <OptOuts view={view} name={name} />}
    </li>
  );
}

function askText(said: Said, currency: string): string {
  const { kind, low, high, count } = said;
  const range = (shown: (value: number) => string) => (low === high ? shown(low) : t("events.range", { low: shown(low), high: shown(high) }));
  switch (kind) {
    case "price":
    case "export_price":
      return t(`events.ask.${kind}`, { range: range((value) => t("value.per_kwh", { money: money(value, currency, 3) })), count });
    case "co2":
      return t("events.ask.co2", { range: range((value) => t("value.grams", { grams: number(value, 0) })) });
    case "limit":
    case "export_limit":
      return t(`events.ask.${kind}`, { power: range(power) });
    case "shed":
      return t("events.ask.shed", { level: number(high, 1) });
    case "emergency":
      return t("events.ask.emergency", { text: plain(said.text, 200) });
    case "message":
      return t("events.ask.message", { what: typeName(said.type), text: plain(said.text, 200) });
    default:
      return t(`events.ask.${kind}`, { what: typeName(said.type), value: plain(said.text, 100) || range((value) => number(value)) });
  }
}

/** What follows from it here: by the owner's word nothing, else what the plan does meanwhile. */
function WhatWeDo({ view }: { view: EventView }) {
  if (view.home_opted_out) return <p class="does">{t("events.out_home")}</p>;
  if (status.value?.hands_off && effectOf(view.event)) return <p class="does">{t("events.hands_off")}</p>;
  if (!effectOf(view.event)) return <p class="does">{t("events.does.heed")}</p>;
  const does = meanwhile(view.event, plan.value, devices.value);
  if (!does) return <p class="does">{t("events.does.later")}</p>;
  const resting = does.resting.map((one) => plain(one.profile.name, 40)).join(", ");
  return (
    <p class="does">
      {t("events.does.most", { power: power(Math.max(0, does.most_w)) })} {resting && t("events.does.resting", { devices: resting })}
    </p>
  );
}

/** How far it came, step by step, as its provider was told. */
function Acks({ ack }: { ack: Ack }) {
  const member = ack.member ? (device(ack.member)?.profile.name ?? ack.member) : "";
  return (
    <div class="acks">
      {member && (
        <p class="hint">
          <Name text={member} />
        </p>
      )}
      <ol>
        {ack.steps.map((step) => (
          <li key={step.state} class={step.state}>
            <strong>{t(`events.step.${step.state}`)}</strong> <span class="hint">{clock(step.at, now.value)}</span>
            {step.reason && (
              <span class="hint">
                {" "}
                <Name text={resaid(step.reason, step.reason_said)} most={200} />
              </span>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Whether obeying it makes a difference in the plan that is in force. */
function asksNow(view: EventView): boolean {
  const idle = view.phase === "over" || view.home_opted_out || Boolean(status.value?.hands_off);
  return !idle && meanwhile(view.event, plan.value, []) !== null;
}

const NOTHING = 0.0005;

/** What obeying costs: two plans made for the question, one with the event and one without. */
function CostOf({ view, name }: { view: EventView; name: string }) {
  const [told, tell] = useState<EventCost | null>(null);
  const [busy, wait] = useState(false);

  async function find(): Promise<void> {
    wait(true);
    await order(async () => tell(await api.eventCost(view.event.provider, view.event.id)));
    wait(false);
  }

  return (
    <div class="cost" role="status">
      {told ? (
        <Cost told={told} />
      ) : (
        <button type="button" class="quiet" disabled={busy || !mayAct.value} onClick={find}>
          {busy ? t("options.asking") : t("events.cost")}
          <span class="unseen"> {name}</span>
        </button>
      )}
    </div>
  );
}

function Cost({ told }: { told: EventCost }) {
  const amount = money(Math.abs(told.cost), told.currency);
  const key = Math.abs(told.cost) < NOTHING ? "events.cost_none" : told.cost > 0 ? "events.cost_more" : "events.cost_less";
  const setting = { currency: told.currency, now: now.value };
  return (
    <>
      <p>
        <strong>{t(key, { money: amount })}</strong>{" "}
        <span class="hint">{t("events.cost_basis", { until: clock(told.until, now.value) })}</span>
      </p>
      {told.misses.length > 0 && (
        <ul class="said">
          {told.misses.map((miss) => (
            <li key={miss.cause}>
              <Name text={sentenceOf(say([miss.reason], miss.cause, setting))} most={300} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Out of it with the whole home or with one device, and in again. */
function OptOuts({ view, name }: { view: EventView; name: string }) {
  const [whom, choose] = useState("");
  const words = outsOf(view, status.value?.opt_outs ?? []);
  const free = devices.value.filter((one) => one.profile.flexibility && !view.opted_out.includes(one.profile.id));
  return (
    <div class="outs">
      {words.map((word) => {
        const who = word.device_id ? (device(word.device_id)?.profile.name ?? word.device_id) : t("house.whole_home");
        return (
          <p class="badge" key={wordId(word)}>
            <span>{t("events.is_out", { whom: plain(who, 60), until: clock(word.until, now.value) })}</span>
            <button type="button" class="quiet" disabled={!mayAct.value} onClick={() => optIn(word)}>
              {t("events.opt_in")}
              <span class="unseen"> {plain(who, 60)}</span>
            </button>
          </p>
        );
      })}
      {!view.home_opted_out && (
        <p class="row">
          <label class="field">
            {t("events.whom")}
            <select value={whom} onChange={(change) => choose(change.currentTarget.value)}>
              <option value="">{t("house.whole_home")}</option>
              {free.map((one) => (
                <option key={one.profile.id} value={one.profile.id}>
                  {plain(one.profile.name, 60)}
                </option>
              ))}
            </select>
          </label>
          <button type="button" class="quiet" disabled={!mayAct.value} onClick={() => optOut(view, device(whom) ?? null)}>
            {t("events.opt_out")}
            <span class="unseen"> {name}</span>
          </button>
        </p>
      )}
    </div>
  );
}
