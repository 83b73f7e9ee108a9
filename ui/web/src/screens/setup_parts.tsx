// Steps of the setup about what belongs to the home: providers, devices, and which of these the router steers.
import { useState } from "preact/hooks";
import { api } from "../api.ts";
import type { ProviderBody, SetupChoices, SetupView } from "../api_types.ts";
import { Icon, iconOf } from "../components/icon.tsx";
import { Chosen, Typed } from "../components/labelled.tsx";
import { Name } from "../components/name.tsx";
import { go, StepForm } from "../components/setup_step.tsx";
import { order } from "../said.ts";
import { deviceOf, optionsOf, type Pick, picksOf } from "../setup_plan.ts";
import { busy, change, choices, found, look, trouble, view } from "../setup_state.ts";
import { devices } from "../state.ts";
import { percent, plain, t } from "../words.ts";

const KINDS = ["openadr3", "openadr2b", "feed"] as const;

export function ProvidersStep() {
  const there = choices.peek() as SetupChoices;
  const [id, setId] = useState("");
  const [kind, setKind] = useState<string>("openadr3");
  const [url, setUrl] = useState("");
  const [clientId, setClientId] = useState("");
  const [secret, setSecret] = useState("");
  const [format, setFormat] = useState(there.formats[0] ?? "");

  async function save(): Promise<boolean> {
    if (!id && !url) return true; // nothing more to add
    const keys: ProviderBody = { id, kind, url };
    if (kind === "openadr3" && clientId) keys.client_id = clientId;
    if (kind === "feed") keys.format = format;
    if (kind !== "openadr2b" && secret) keys.secret = secret;
    const taken = await change(() => api.setup.provider(keys));
    if (taken) [setId, setUrl, setClientId, setSecret].forEach((set) => set(""));
    return taken;
  }

  const rows = (view.value as SetupView).providers.map((one) => ({ id: one.id, name: one.id, about: `${one.kind} · ${one.url}` }));
  const drop = (name: string) => change(() => api.setup.dropProvider(name));

  return (
    <StepForm step="providers" save={save}>
      <Written rows={rows} drop={drop} />
      <h2>{t("setup.providers.add")}</h2>
      <Chosen label={t("setup.providers.kind")} value={kind} set={setKind} options={KINDS.map((one) => [one, t(`setup.kind.${one}`)])} />
      <Typed label={t("setup.providers.id")} hint={t("setup.providers.id_hint")} value={id} set={setId} />
      <Typed kind="url" label={t("setup.providers.url")} value={url} set={setUrl} />
      {kind === "feed" && <Chosen label={t("setup.providers.format")} value={format} set={setFormat} options={there.formats.map((one) => [one, one])} />}
      {kind === "openadr3" && <Typed label={t("setup.providers.client")} value={clientId} set={setClientId} />}
      {kind !== "openadr2b" && <Typed kind="password" label={t("setup.providers.secret")} value={secret} set={setSecret} />}
    </StepForm>
  );
}

interface WrittenParts {
  rows: { id: string; name: string; about: string }[];
  drop: (id: string) => Promise<unknown>;
}

/** What the home file has already, each with a way out. */
function Written({ rows, drop }: WrittenParts) {
  if (!rows.length) return null;
  return (
    <ul class="written">
      {rows.map(({ id, name, about }) => (
        <li key={id}>
          <span class="what">
            <strong>
              <Name text={name} />
            </strong>
            <span class="hint">{plain(about, 120)}</span>
          </span>
          <button type="button" class="quiet" disabled={busy.value} onClick={() => drop(id)} aria-label={t("setup.remove_named", { name: plain(name, 60) })}>
            {t("setup.remove")}
          </button>
        </li>
      ))}
    </ul>
  );
}

export function DevicesStep() {
  const there = choices.peek() as SetupChoices;
  const told = view.value as SetupView;
  const [changed, keep] = useState<Record<string, Partial<Pick>>>({});
  const picks = picksOf(found.value).map((pick) => ({ ...pick, ...changed[keyOf(pick)] }));
  const set = (pick: Pick, part: Partial<Pick>) => keep({ ...changed, [keyOf(pick)]: { ...changed[keyOf(pick)], ...part } });

  async function save(): Promise<boolean> {
    for (const pick of picks.filter((one) => one.chosen)) {
      if (!pick.model) {
        trouble.value = t("setup.devices.no_model", { name: plain(pick.name, 60) });
        return false;
      }
      if (!(await change(() => api.setup.device(deviceOf(pick))))) return false;
    }
    return true;
  }

  const rows = told.devices.map((one) => ({ id: one.id, name: one.name, about: `${one.model} · ${one.integration}` }));
  const drop = async (name: string) => (await change(() => api.setup.dropDevice(name))) && look();

  return (
    <StepForm step="devices" save={save}>
      <Written rows={rows} drop={drop} />
      <div class="row apart">
        <h2>{t("setup.devices.found", { count: picks.length })}</h2>
        <button type="button" class="quiet" disabled={busy.value} onClick={look}>
          {t("setup.devices.look")}
        </button>
      </div>
      {picks.map((pick) => (
        <Found key={keyOf(pick)} pick={pick} models={there.models} set={(part) => set(pick, part)} />
      ))}
    </StepForm>
  );
}

const keyOf = ({ stranger }: Pick) => `${stranger.integration} ${stranger.address}`;

function Found({ pick, models, set }: { pick: Pick; models: SetupChoices["models"]; set: (part: Partial<Pick>) => void }) {
  const { stranger } = pick;
  const proposed = models.find((one) => one.id === stranger.model_id);
  const sure = percent((stranger.confidence ?? 0) * 100);
  const guess = proposed ? ` – ${t("setup.devices.guess", { model: plain(proposed.name, 60), sure })}` : "";
  const about = plain([stranger.maker, stranger.integration, stranger.address].filter(Boolean).join(" · "), 160);
  const named = optionsOf(models);
  return (
    <fieldset class="found">
      <legend>
        <label class="choice">
          <input type="checkbox" checked={pick.chosen} onChange={(event) => set({ chosen: event.currentTarget.checked })} />
          <span class="what">
            <strong>
              <Name text={stranger.name} />
            </strong>
          </span>
        </label>
      </legend>
      <p class="hint">
        {about}
        {guess}
      </p>
      {pick.chosen && (
        <div class="row">
          <Typed label={t("setup.devices.name")} value={pick.name} set={(name) => set({ name })} required />
          <Chosen
            label={t("setup.devices.model")}
            value={pick.model}
            set={(model) => set({ model })}
            options={[["", t("setup.devices.choose")], ...named]}
          />
        </div>
      )}
    </fieldset>
  );
}

/** After the start with the new file: which devices does the router steer from now on? */
export function HandStep() {
  return (
    <section class="card step">
      {!devices.value.length && <p class="hint">{t("setup.hand.none")}</p>}
      <ul class="written">
        {devices.value.map(({ profile, watched }) => (
          <li key={profile.id}>
            <Icon name={iconOf(profile.device_class)} />
            <span class="what">
              <strong>
                <Name text={profile.name} />
              </strong>
              <span class="hint">{watched ? t("setup.hand.watched") : t("setup.hand.steered")}</span>
            </span>
            <button type="button" class={watched ? "soft" : "quiet"} onClick={() => order(() => api.handOver(profile.id, watched))}>
              {watched ? t("setup.hand.over") : t("setup.hand.back")}
              <span class="unseen"> {plain(profile.name, 60)}</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="acts">
        <button type="button" class="quiet" onClick={() => go("apply")}>
          {t("setup.back")}
        </button>
        <button type="button" class="next" onClick={() => go(null)}>
          {t("setup.done")}
        </button>
      </p>
    </section>
  );
}
