// Settings: how the panel looks and speaks, who may come in, on which browsers, and by which tokens.
import { useState } from "preact/hooks";
import { api } from "../api.ts";
import { type Asked, useAsked } from "../asked.ts";
import { browserOf } from "../browser_of.ts";
import { Confirm } from "../components/confirm.tsx";
import { Invite } from "../components/invite.tsx";
import { Looks } from "../components/looks.tsx";
import { Name } from "../components/name.tsx";
import { RoleChoice, roleName } from "../components/role_choice.tsx";
import { isOwner } from "../house.ts";
import { order, say } from "../said.ts";
import { session } from "../session.ts";
import { link, now } from "../state.ts";
import { clock, plain, t } from "../words.ts";

const ROLES = ["resident", "guest", "owner"] as const;

export function SettingsScreen() {
  return (
    <>
      <h1 tabIndex={-1}>{t("nav.settings")}</h1>
      <section class="card" aria-labelledby="looks">
        <h2 id="looks">{t("settings.looks")}</h2>
        <Looks />
      </section>
      <Invite />
      {isOwner() && <People />}
      <OwnPassword />
      <Sessions />
      {isOwner() && <Tokens />}
    </>
  );
}

/** Whatever was asked for is asked for again once it has changed. */
async function changed(asked: Asked<unknown>, act: () => Promise<unknown>, text: string): Promise<boolean> {
  return order(async () => {
    await act();
    asked.again();
    say(text);
  });
}

function People() {
  const asked = useAsked(api.people);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<string>("resident");

  async function add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (!(await changed(asked, () => api.addPerson(name, role, password), t("people.added", { name: plain(name, 60) })))) return;
    setName("");
    setPassword("");
  }

  return (
    <section class="card" aria-labelledby="people">
      <h2 id="people">{t("people.title")}</h2>
      <ul class="lines">
        {asked.answer?.map((person) => {
          const shown = plain(person.name, 60);
          return (
            <li key={person.name}>
              <span>
                <strong>
                  <Name text={person.name} />
                </strong>{" "}
                <span class="hint">{roleName(person.role)}</span>
              </span>
              {person.name !== session.value?.name && (
                <Confirm
                  label={t("people.remove")}
                  about={shown}
                  question={t("people.sure", { name: shown })}
                  act={() => changed(asked, () => api.removePerson(person.name), t("people.removed", { name: shown }))}
                />
              )}
            </li>
          );
        })}
      </ul>
      <form class="row" onSubmit={add}>
        <label class="field">
          {t("session.name")}
          <input type="text" required autoComplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label class="field">
          {t("session.password")}
          <input
            type="password"
            required
            autoComplete="new-password"
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <RoleChoice value={role} choose={setRole} roles={ROLES} />
        <button type="submit" class="quiet" disabled={link.value !== "live"}>
          {t("people.add")}
        </button>
      </form>
    </section>
  );
}

function OwnPassword() {
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const name = session.value?.name ?? "";

  async function change(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    await order(async () => {
      await api.setPassword(name, fresh, current);
      say(t("password.changed"));
      setCurrent("");
      setFresh("");
    });
  }

  return (
    <section class="card" aria-labelledby="password">
      <h2 id="password">{t("password.title")}</h2>
      <p class="hint">{t("password.hint")}</p>
      <form class="row" onSubmit={change}>
        <input type="text" class="unseen" tabIndex={-1} aria-hidden="true" readOnly autoComplete="username" value={name} />
        <label class="field">
          {t("password.current")}
          <input
            type="password"
            required
            autoComplete="current-password"
            value={current}
            onInput={(event) => setCurrent(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          {t("password.new")}
          <input
            type="password"
            required
            autoComplete="new-password"
            value={fresh}
            onInput={(event) => setFresh(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="quiet" disabled={link.value !== "live"}>
          {t("password.change")}
        </button>
      </form>
    </section>
  );
}

function Sessions() {
  const asked = useAsked(api.sessions);
  return (
    <section class="card" aria-labelledby="sessions">
      <h2 id="sessions">{t("sessions.title")}</h2>
      <ul class="lines">
        {asked.answer?.map((one) => {
          const about = `${plain(one.name, 40)}, ${browserOf(one.about)}`;
          return (
            <li key={one.id}>
              <span>
                <strong>
                  <Name text={one.name} />
                </strong>{" "}
                <Name text={browserOf(one.about)} most={80} />{" "}
                <span class="hint">
                  {one.current ? t("sessions.this") : t("sessions.seen", { at: clock(one.seen_at, now.value) })}
                </span>
              </span>
              {!one.current && (
                <Confirm
                  label={t("sessions.end")}
                  about={about}
                  question={t("sessions.sure")}
                  act={() => changed(asked, () => api.endSession(one.id), t("sessions.ended"))}
                />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Tokens() {
  const asked = useAsked(api.tokens);
  const [label, setLabel] = useState("");
  const [role, setRole] = useState<string>("guest");
  const [secret, show] = useState("");

  async function issue(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    await order(async () => {
      show((await api.issueToken(role, label)).secret);
      asked.again();
      setLabel("");
    });
  }

  return (
    <section class="card" aria-labelledby="tokens">
      <h2 id="tokens">{t("tokens.title")}</h2>
      <p class="hint">{t("tokens.hint")}</p>
      <ul class="lines">
        {asked.answer?.map((token) => {
          const about = plain(token.label, 60) || token.id;
          return (
            <li key={token.id}>
              <span>
                <strong>
                  <Name text={about} />
                </strong>{" "}
                <span class="hint">
                  {roleName(token.role)} · {clock(token.created_at, now.value)}
                </span>
              </span>
              <Confirm
                label={t("tokens.revoke")}
                about={about}
                question={t("tokens.sure")}
                act={() => changed(asked, () => api.revokeToken(token.id), t("tokens.revoked"))}
              />
            </li>
          );
        })}
      </ul>
      {secret && (
        <p class="notice" role="status">
          {t("tokens.secret")} <code>{secret}</code>
        </p>
      )}
      <form class="row" onSubmit={issue}>
        <label class="field">
          {t("tokens.label")}
          <input type="text" required maxLength={64} value={label} onInput={(event) => setLabel(event.currentTarget.value)} />
        </label>
        <RoleChoice value={role} choose={setRole} roles={ROLES} />
        <button type="submit" class="quiet" disabled={link.value !== "live"}>
          {t("tokens.issue")}
        </button>
      </form>
    </section>
  );
}
