// Settings: how the panel looks and speaks, how devices are reached, who may come in, on which browsers, and by which tokens.
import { useState } from "preact/hooks";
import { api } from "../api.ts";
import { type Asked, useAsked } from "../asked.ts";
import { browserOf } from "../browser_of.ts";
import { Integrations } from "../components/integrations.tsx";
import { Invite } from "../components/invite.tsx";
import { Typed } from "../components/labelled.tsx";
import { Looks } from "../components/looks.tsx";
import { RoleChoice, roleName } from "../components/role_choice.tsx";
import { Card, Line, RowForm } from "../components/rows.tsx";
import { isOwner } from "../house.ts";
import { order, say } from "../said.ts";
import { session } from "../session.ts";
import { now } from "../state.ts";
import { clock, plain, t } from "../words.ts";

const ROLES = ["resident", "guest", "owner"] as const;

export function SettingsScreen() {
  return (
    <>
      <h1 tabIndex={-1}>{t("nav.settings")}</h1>
      <Card id="looks" title={t("settings.looks")}>
        <Looks />
      </Card>
      {isOwner() && <Integrations />}
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

  async function add(): Promise<void> {
    if (!(await changed(asked, () => api.addPerson(name, role, password), t("people.added", { name: plain(name, 60) })))) return;
    setName("");
    setPassword("");
  }

  function out(name: string) {
    const about = plain(name, 60);
    const act = () => changed(asked, () => api.removePerson(name), t("people.removed", { name: about }));
    return { label: t("people.remove"), about, question: t("people.sure", { name: about }), act };
  }

  return (
    <Card id="people" title={t("people.title")}>
      <ul class="lines">
        {asked.answer?.map((person) => (
          <Line
            key={person.name}
            name={person.name}
            hint={roleName(person.role)}
            out={person.name === session.value?.name ? undefined : out(person.name)}
          />
        ))}
      </ul>
      <RowForm action={t("people.add")} send={add}>
        <Typed label={t("session.name")} value={name} set={setName} required />
        <Typed kind="password" label={t("session.password")} value={password} set={setPassword} required complete="new-password" />
        <RoleChoice value={role} choose={setRole} roles={ROLES} />
      </RowForm>
    </Card>
  );
}

function OwnPassword() {
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const name = session.value?.name ?? "";

  async function change(): Promise<void> {
    await order(async () => {
      await api.setPassword(name, fresh, current);
      say(t("password.changed"));
      setCurrent("");
      setFresh("");
    });
  }

  return (
    <Card id="password" title={t("password.title")} hint={t("password.hint")}>
      <RowForm action={t("password.change")} send={change}>
        <input type="text" class="unseen" tabIndex={-1} aria-hidden="true" readOnly autoComplete="username" value={name} />
        <Typed kind="password" label={t("password.current")} value={current} set={setCurrent} required complete="current-password" />
        <Typed kind="password" label={t("password.new")} value={fresh} set={setFresh} required complete="new-password" />
      </RowForm>
    </Card>
  );
}

function Sessions() {
  const asked = useAsked(api.sessions);

  function out(id: string, about: string) {
    const act = () => changed(asked, () => api.endSession(id), t("sessions.ended"));
    return { label: t("sessions.end"), about, question: t("sessions.sure"), act };
  }

  return (
    <Card id="sessions" title={t("sessions.title")}>
      <ul class="lines">
        {asked.answer?.map((one) => {
          const browser = browserOf(one.about);
          return (
            <Line
              key={one.id}
              name={one.name}
              more={browser}
              hint={one.current ? t("sessions.this") : t("sessions.seen", { at: clock(one.seen_at, now.value) })}
              out={one.current ? undefined : out(one.id, `${plain(one.name, 40)}, ${browser}`)}
            />
          );
        })}
      </ul>
    </Card>
  );
}

function Tokens() {
  const asked = useAsked(api.tokens);
  const [label, setLabel] = useState("");
  const [role, setRole] = useState<string>("guest");
  const [secret, show] = useState("");

  async function issue(): Promise<void> {
    await order(async () => {
      show((await api.issueToken(role, label)).secret);
      asked.again();
      setLabel("");
    });
  }

  function out(id: string, about: string) {
    const act = () => changed(asked, () => api.revokeToken(id), t("tokens.revoked"));
    return { label: t("tokens.revoke"), about, question: t("tokens.sure"), act };
  }

  return (
    <Card id="tokens" title={t("tokens.title")} hint={t("tokens.hint")}>
      <ul class="lines">
        {asked.answer?.map((token) => {
          const about = plain(token.label, 60) || token.id;
          const hint = `${roleName(token.role)} · ${clock(token.created_at, now.value)}`;
          return <Line key={token.id} name={about} hint={hint} out={out(token.id, about)} />;
        })}
      </ul>
      {secret && (
        <p class="notice" role="status">
          {t("tokens.secret")} <code>{secret}</code>
        </p>
      )}
      <RowForm action={t("tokens.issue")} send={issue}>
        <Typed label={t("tokens.label")} value={label} set={setLabel} required />
        <RoleChoice value={role} choose={setRole} roles={ROLES} />
      </RowForm>
    </Card>
  );
}
