// The door: claim a new router by its code, or sign in.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api, type Session } from "../api.ts";
import { Mark } from "../components/icon.tsx";
import { sentence } from "../said.ts";
import { brought, linkRefused, session, show } from "../session.ts";
import { t } from "../words.ts";

export function Door() {
  return session.value?.state === "unclaimed" ? <Claim /> : <SignIn />;
}

function Claim() {
  const [code, setCode] = useState(brought.peek().claim ?? "");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  return (
    <Form title={t("claim.title")} hint={t("claim.hint")} action={t("claim.do")} act={() => api.claim(code, name, password)}>
      <Field label={t("claim.code")} value={code} set={setCode} autoComplete="one-time-code" />
      <Field label={t("session.name")} value={name} set={setName} autoComplete="username" />
      <Field label={t("claim.password")} value={password} set={setPassword} autoComplete="new-password" secret />
    </Form>
  );
}

function SignIn() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  return (
    <Form
      title={t("session.title")}
      hint={linkRefused.value || t("session.hint")}
      action={t("session.sign_in")}
      act={() => api.signIn(name, password)}
    >
      <Field label={t("session.name")} value={name} set={setName} autoComplete="username" />
      <Field label={t("session.password")} value={password} set={setPassword} autoComplete="current-password" secret />
    </Form>
  );
}

interface FormParts {
  title: string;
  hint: string;
  action: string;
  act: () => Promise<Session>;
  children: ComponentChildren;
}

function Form({ title, hint, action, act, children }: FormParts) {
  const [trouble, tell] = useState("");
  const [busy, setBusy] = useState(false);

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      show(await act());
    } catch (error) {
      tell(sentence(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form class="card door" onSubmit={send}>
      <Mark />
      <h1 tabIndex={-1}>{title}</h1>
      <p class="hint">{hint}</p>
      {children}
      <p class="trouble" role="alert">
        {trouble}
      </p>
      <button type="submit" disabled={busy}>
        {action}
      </button>
    </form>
  );
}

interface FieldParts {
  label: string;
  value: string;
  set: (value: string) => void;
  autoComplete: string;
  secret?: boolean;
}

function Field({ label, value, set, autoComplete, secret }: FieldParts) {
  const onInput = (event: { currentTarget: HTMLInputElement }) => set(event.currentTarget.value);
  const parts = { required: true, autoComplete, value, onInput };
  return (
    <label class="field">
      {label}
      {secret ? <input type="password" {...parts} /> : <input type="text" {...parts} />}
    </label>
  );
}
