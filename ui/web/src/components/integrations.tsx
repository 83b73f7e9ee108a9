// By which transports devices are reached: which of them the home file tells of, and their main settings.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api.ts";
import type { IntegrationBody, IntegrationChoice, SetupView } from "../api_types.ts";
import { changesOf, type Field, fieldsOf, hasSecret, shownOf } from "../integration_form.ts";
import { to } from "../route.ts";
import { say } from "../said.ts";
import { change, choices, open, trouble, view } from "../setup_state.ts";
import { t } from "../words.ts";
import { Chosen, Typed } from "./labelled.tsx";
import { Card, RowForm } from "./rows.tsx";

export function Integrations() {
  useEffect(() => void open(), []);
  const [domain, choose] = useState("");
  const there = choices.value?.integrations ?? [];
  const told = view.value;
  const one = there.find((choice) => choice.domain === domain);
  const isShort = one && (fieldsOf(one).length > 0 || hasSecret(one));
  const on = there.filter((choice) => told?.integrations.includes(choice.domain)).map((choice) => choice.title);
  return (
    <Card id="integrations" title={t("integrations.title")} hint={t("integrations.hint")}>
      {told && <p>{t("integrations.on", { names: on.join(", ") || t("setup.none") })}</p>}
      <div class="row">
        <Chosen
          label={t("integrations.which")}
          value={domain}
          set={(name) => {
            trouble.value = ""; // it was another's
            choose(name);
          }}
          options={[["", t("integrations.choose")], ...there.map((choice) => [choice.domain, choice.title] as const)]}
        />
      </div>
      {one && told && isShort && <IntegrationForm key={domain} one={one} told={told} />}
      {one && !isShort && <p class="hint">{t("integrations.no_main")}</p>}
      <p class="trouble" role="alert">
        {trouble.value}
      </p>
      {told?.is_pending && (
        <p class="notice">
          {t("integrations.pending")} <a href={to("setup", "apply")}>{t("setup.apply.do")}</a>
        </p>
      )}
    </Card>
  );
}

function IntegrationForm({ one, told }: { one: IntegrationChoice; told: SetupView }) {
  const fields = fieldsOf(one);
  const before = shownOf(fields, told.settings?.[one.domain] ?? {});
  const [now, keep] = useState(before);
  const [secret, setSecret] = useState("");

  async function save(): Promise<void> {
    const body: IntegrationBody = { settings: changesOf(fields, before, now) };
    if (secret) body.secret = secret;
    if (!(await change(() => api.setup.integration(one.domain, body)))) return;
    setSecret("");
    say(t("integrations.written", { name: one.title }));
  }

  return (
    <RowForm action={t("integrations.write")} send={save}>
      {fields.map((field) => (
        <Setting key={field.key} field={field} value={now[field.key] ?? ""} set={(value) => keep({ ...now, [field.key]: value })} />
      ))}
      {hasSecret(one) && <Typed kind="password" label={t("setup.providers.secret")} value={secret} set={setSecret} />}
    </RowForm>
  );
}

function Setting({ field, value, set }: { field: Field; value: string | boolean; set: (value: string | boolean) => void }) {
  const label = t(field.label);
  if (field.kind === "switch") {
    return (
      <label class="choice">
        <input type="checkbox" checked={value === true} onChange={(event) => set(event.currentTarget.checked)} />
        {label}
      </label>
    );
  }
  if (field.kind === "choice") {
    return <Chosen label={label} value={String(value)} set={set} options={["", ...field.options].map((one) => [one, one] as const)} />;
  }
  const usual = field.usual ? t("integrations.usual", { value: field.usual }) : "";
  return (
    <Typed
      kind={field.kind}
      label={usual ? `${label} (${usual})` : label}
      value={String(value)}
      set={set}
      required={field.required}
    />
  );
}
