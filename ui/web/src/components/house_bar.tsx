// On every screen: whether the router steers at all, whether somebody is at home, and what people hold for a while.
import { useRef, useState } from "preact/hooks";
import type { OptOut } from "../api_types.ts";
import { wordId } from "../events_view.ts";
import { comeBack, goAway, optIn, steer, takeBack, takeHandsOff } from "../house.ts";
import { mayAct } from "../session.ts";
import { instantOf, wallTime } from "../site_time.ts";
import { device, devices, now, status } from "../state.ts";
import { clock, plain, span, t, zone } from "../words.ts";
import { Icon } from "./icon.tsx";
import { UntilForm } from "./until_form.tsx";

const DAY_MS = 86_400_000;

/** The switch in the header: it always says how things stand, and opens what can be changed. */
export function HouseButton() {
  const dialog = useRef<HTMLDialogElement>(null);
  const told = status.value;
  if (!told) return null;
  const away = told.vacation !== null && Date.parse(told.vacation.start) <= now.value;
  const tone = told.hands_off ? "off" : away ? "away" : "auto";
  return (
    <>
      <button type="button" class={`house ${tone}`} aria-haspopup="dialog" onClick={() => dialog.current?.showModal()}>
        <Icon name={`house_${tone}`} />
        {t(`house.${tone}`)}
      </button>
      <dialog ref={dialog} class="card" aria-labelledby="house-title">
        <HouseDialog close={() => dialog.current?.close()} />
      </dialog>
    </>
  );
}

function HouseDialog({ close }: { close: () => void }) {
  const told = status.value;
  return (
    <>
      <header>
        <h2 id="house-title">{t("house.title")}</h2>
        <button type="button" class="quiet" onClick={close}>
          {t("house.close")}
        </button>
      </header>
      <section>
        <h3>{t("house.off")}</h3>
        <p class="hint">{t("house.off_hint")}</p>
        {told?.hands_off ? (
          <p>
            <button type="button" disabled={!mayAct.value} onClick={() => steer().then(close)}>
              {t("house.steer")}
            </button>
          </p>
        ) : (
          <UntilForm
            label={t("house.off_for")}
            action={t("house.take_off")}
            open
            act={async (until) => (await takeHandsOff(until)) && close()}
          />
        )}
      </section>
      <section>
        <h3>{t("house.vacation")}</h3>
        <p class="hint">{t("house.vacation_hint")}</p>
        {told?.vacation ? (
          <p>
            <button type="button" disabled={!mayAct.value} onClick={() => told.vacation && comeBack(told.vacation).then(close)}>
              {t("house.come_back")}
            </button>
          </p>
        ) : (
          <AwayForm close={close} />
        )}
      </section>
    </>
  );
}

function AwayForm({ close }: { close: () => void }) {
  const [from, setFrom] = useState(() => wallTime(now.peek(), zone.peek()));
  const [to, setTo] = useState(() => wallTime(now.peek() + 7 * DAY_MS, zone.peek()));

  async function go(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (await goAway(instantOf(from, zone.peek()), instantOf(to, zone.peek()))) close();
  }

  return (
    <form class="row" onSubmit={go}>
      <label class="field">
        {t("house.leave_at")}
        <input type="datetime-local" required value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label class="field">
        {t("house.return_at")}
        <input type="datetime-local" required min={from} value={to} onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
      <button type="submit" class="quiet" disabled={!mayAct.value}>
        {t("house.go")}
      </button>
    </form>
  );
}

/** What holds because people said so, each with the way back; nothing while nothing does. */
export function Standing() {
  const told = status.value;
  const held = devices.value.filter((view) => view.override && Date.parse(view.override.until) > now.value);
  const outs = told?.opt_outs.filter((word) => word.event_id === null) ?? [];
  if (!told || !(told.hands_off || told.vacation || held.length || outs.length)) return null;
  return (
    <section class="standing" aria-label={t("house.standing")}>
      <OffBanner />
      <AwayBanner />
      {held.map((view) => {
        const until = Date.parse(view.override?.until ?? "");
        const name = plain(view.profile.name, 40);
        return (
          <p class="badge" key={view.profile.id}>
            <span>
              {t(`house.held_${view.override?.mode ?? "on"}`, { name, until: clock(until, now.value), left: span(until - now.value) })}
            </span>
            <Back about={name} act={() => takeBack(view)} />
          </p>
        );
      })}
      {outs.map((word) => (
        <p class="badge" key={wordId(word)}>
          <span>{outText(word)}</span>
          <Back about="" act={() => optIn(word)} />
        </p>
      ))}
    </section>
  );
}

function Back({ about, act }: { about: string; act: () => Promise<unknown> }) {
  return (
    <button type="button" class="quiet" disabled={!mayAct.value} onClick={act}>
      {t("house.take_back")}
      <span class="unseen"> {about}</span>
    </button>
  );
}

function outText(word: OptOut): string {
  const whom = word.device_id ? (device(word.device_id)?.profile.name ?? word.device_id) : t("house.whole_home");
  return t("house.out", { whom: plain(whom, 40), until: clock(word.until, now.value) });
}

function OffBanner() {
  const off = status.value?.hands_off;
  if (!off) return null;
  const by = plain(off.by, 40);
  return (
    <div class="banner">
      <p>
        <strong>{off.until ? t("house.off_until", { until: clock(off.until, now.value) }) : t("house.off_open")}</strong>{" "}
        {t("house.off_by", { by })}
      </p>
      <button type="button" disabled={!mayAct.value} onClick={steer}>
        {t("house.steer")}
      </button>
    </div>
  );
}

function AwayBanner() {
  const away = status.value?.vacation;
  if (!away) return null;
  const begun = Date.parse(away.start) <= now.value;
  const values = { from: clock(away.start, now.value), until: clock(away.end, now.value) };
  return (
    <div class="banner away">
      <p>
        <strong>{begun ? t("house.away_until", values) : t("house.away_from", values)}</strong> {t("house.away_by", { by: plain(away.by, 40) })}
      </p>
      <button type="button" class="quiet" disabled={!mayAct.value} onClick={() => comeBack(away)}>
        {begun ? t("house.come_back") : t("house.cancel")}
      </button>
    </div>
  );
}
