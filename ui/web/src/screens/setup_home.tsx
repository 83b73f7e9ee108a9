// Steps of the setup about the home itself: where it is, what energy costs, what its fuses bear.
import { useState } from "preact/hooks";
import { api } from "../api.ts";
import type { SetupChoices, SetupView } from "../api_types.ts";
import { Chosen, Typed } from "../components/labelled.tsx";
import { StepForm } from "../components/setup_step.tsx";
import { currencyOf, sorted, typed, zoneToPropose } from "../setup_plan.ts";
import { change, choices, trouble, view } from "../setup_state.ts";
import { countryName, plain, t } from "../words.ts";

/** What is known once the router was asked; every step is shown only then. */
function known(): { told: SetupView; there: SetupChoices } {
  return { told: view.peek() as SetupView, there: choices.peek() as SetupChoices };
}

/** A number that was typed; undefined where it is none, which is said at once. */
function number(text: string): number | null | undefined {
  const value = typed(text);
  if (value === null || Number.isFinite(value)) return value;
  trouble.value = t("setup.no_number", { text: plain(text, 20) });
  return undefined;
}

const shown = (value: number | null | undefined) => (value === null || value === undefined ? "" : String(value));

export function PlaceStep() {
  const { told, there } = known();
  const { site } = told;
  const browsers = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [name, setName] = useState(site.name);
  const [zone, setZone] = useState(() => zoneToPropose(told, there, browsers));
  const [currency, setCurrency] = useState(() => (zone === site.time_zone ? site.currency : currencyOf(there, zone, site.currency)));
  const [latitude, setLatitude] = useState(shown(site.latitude));
  const [longitude, setLongitude] = useState(shown(site.longitude));
  const zones = [...new Set([site.time_zone, ...there.zones.map((one) => one.name)])].sort();
  const currencies = [...new Set([site.currency, currency, ...there.zones.map((one) => one.currency)])].filter(Boolean).sort();

  function chooseZone(chosen: string): void {
    setZone(chosen);
    setCurrency(currencyOf(there, chosen, currency));
  }

  async function save(): Promise<boolean> {
    const [north, east] = [number(latitude), number(longitude)];
    if (north === undefined || east === undefined) return false;
    const place = { name, time_zone: zone, latitude: north, longitude: east };
    const own = told.tariff?.price_per_kwh ?? null;
    return change(() => api.setup.site(own === null ? place : { ...place, currency }));
  }

  return (
    <StepForm step="place" save={save}>
      <Typed label={t("setup.place.name")} value={name} set={setName} required />
      <Chosen label={t("setup.place.zone")} value={zone} set={chooseZone} options={zones.map((one) => [one, one.replaceAll("_", " ")])} />
      <Chosen label={t("setup.place.currency")} value={currency} set={setCurrency} options={currencies.map((one) => [one, one])} />
      <fieldset>
        <legend>{t("setup.place.sun")}</legend>
        <div class="row">
          <Typed kind="number" label={t("setup.place.latitude")} value={latitude} set={setLatitude} />
          <Typed kind="number" label={t("setup.place.longitude")} value={longitude} set={setLongitude} />
        </div>
      </fieldset>
    </StepForm>
  );
}

const OWN = "";

export function TariffStep() {
  const { told, there } = known();
  const { tariffs, near } = sorted(there, told.site.time_zone);
  const now = told.tariff;
  const [chosen, choose] = useState(now && now.price_per_kwh === null ? now.id : OWN);
  const [price, setPrice] = useState(shown(now?.price_per_kwh ?? 0.3));
  const [feedIn, setFeedIn] = useState(shown(now?.feed_in_per_kwh));
  const [follows, setFollows] = useState(now?.follows_provider ?? false);
  const foreign = now !== null && now.price_per_kwh === null && !tariffs.some((one) => one.id === now.id);

  async function save(): Promise<boolean> {
    if (chosen !== OWN) return foreign && chosen === now?.id ? true : change(() => api.setup.tariff({ id: chosen }));
    const [costs, pays] = [number(price), number(feedIn)];
    if (costs === undefined || pays === undefined) return false;
    return change(() => api.setup.tariff({ price_per_kwh: costs, feed_in_per_kwh: pays, follows_provider: follows }));
  }

  const radio = (id: string, text: string, hint: string) => (
    <label class="choice" key={id}>
      <input type="radio" name="tariff" checked={chosen === id} onChange={() => choose(id)} />
      <span class="what">
        <strong>{plain(text, 100)}</strong>
        <span class="hint">{plain(hint, 120)}</span>
      </span>
    </label>
  );

  return (
    <StepForm step="tariff" save={save}>
      <fieldset>
        <legend>{t("setup.tariff.which")}</legend>
        {radio(OWN, t("setup.tariff.own"), t("setup.tariff.own_hint"))}
        {foreign && radio(now.id, now.name, t("setup.tariff.present"))}
        {tariffs.slice(0, near).map((one) => radio(one.id, one.name, one.note))}
      </fieldset>
      {chosen === OWN && (
        <div class="row">
          <Typed kind="number" label={t("setup.tariff.price", { currency: told.site.currency })} value={price} set={setPrice} required />
          <Typed kind="number" label={t("setup.tariff.feed_in", { currency: told.site.currency })} value={feedIn} set={setFeedIn} />
          <label class="choice">
            <input type="checkbox" checked={follows} onChange={(event) => setFollows(event.currentTarget.checked)} />
            <span class="what">{t("setup.tariff.follows")}</span>
          </label>
        </div>
      )}
      <details>
        <summary>{t("setup.tariff.others")}</summary>
        <fieldset>
          <legend class="unseen">{t("setup.tariff.others")}</legend>
          {tariffs.slice(near).map((one) => radio(one.id, one.name, `${countryName(one.country)} · ${one.currency}`))}
        </fieldset>
      </details>
    </StepForm>
  );
}

export function LimitsStep() {
  const { site } = known().told;
  const [main, setMain] = useState(shown(site.import_limit_w));
  const [line, setLine] = useState(shown(site.line_limit_w));

  async function save(): Promise<boolean> {
    const [whole, each] = [number(main), number(line)];
    if (whole === undefined || each === undefined) return false;
    return change(() => api.setup.site({ import_limit_w: whole, line_limit_w: each }));
  }

  return (
    <StepForm step="limits" save={save}>
      <Typed kind="number" label={t("setup.limits.main")} hint={t("setup.limits.main_hint")} value={main} set={setMain} />
      <Typed kind="number" label={t("setup.limits.line")} hint={t("setup.limits.line_hint")} value={line} set={setLine} />
    </StepForm>
  );
}
