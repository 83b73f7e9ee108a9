// Providers: each with its link, its trade, what it may send, how fresh it is, and who holds where two disagree.
import { api } from "../api.ts";
import type { ProviderView } from "../api_types.ts";
import { useAsked } from "../asked.ts";
import { Confirm } from "../components/confirm.tsx";
import { Name } from "../components/name.tsx";
import { typeName } from "../events_view.ts";
import { isOwner } from "../house.ts";
import { allResaid, resaid } from "../resaid.ts";
import { order, say } from "../said.ts";
import { now, status } from "../state.ts";
import { clock, type Key, plain, t } from "../words.ts";

export function ProvidersScreen() {
  const links = JSON.stringify(status.value?.links.map((link) => [link.provider, link.up, link.freshness?.state]));
  const { answer, trouble, again } = useAsked(api.providers, links);
  return (
    <>
      <h1 tabIndex={-1}>{t("nav.providers")}</h1>
      <p class="hint">{t("providers.hint")}</p>
      {trouble && <p class="notice">{trouble}</p>}
      {!answer && !trouble && <p class="hint">{t("app.loading")}</p>}
      {answer?.length === 0 && (
        <section class="card empty">
          <h2>{t("providers.none")}</h2>
          <p>{t("providers.none_why")}</p>
        </section>
      )}
      <ul class="stack">
        {answer?.map((view) => (
          <ProviderCard key={view.id} view={view} left={again} />
        ))}
      </ul>
    </>
  );
}

/** Part with a provider; what became of that is told, since nothing takes it back. */
async function leave(id: string, left: () => void): Promise<void> {
  await order(async () => {
    const parting = await api.leaveProvider(id);
    const told = t("providers.left", { name: plain(id, 60), events: parting.events });
    say(parting.forgotten ? told : `${told} ${t("providers.left_known")}`);
    left();
  });
}

function ProviderCard({ view, left }: { view: ProviderView; left: () => void }) {
  const { link, freshness } = view;
  const tone = !link ? "coming" : link.up ? "in_force" : "down";
  return (
    <li class="card event">
      <header>
        <h2>
          <Name text={view.id} />
        </h2>
        <span class={`tag ${tone}`}>{link ? t(link.up ? "providers.up" : "providers.down") : t("providers.silent")}</span>
      </header>
      {link && !link.up && link.sentence && (
        <p class="notice">
          <Name text={resaid(link.sentence, link.sentence_said)} most={300} />
        </p>
      )}
      <dl class="facts">
        <Fact title={t("providers.role")} text={view.role ? t(`providers.role.${view.role}`) : t("providers.role.none")} />
        <Fact title={t("providers.kind")} text={plain(view.kind, 40) || t("value.unknown")} />
        <Fact title={t("providers.heard")} text={view.last_heard ? clock(view.last_heard, now.value) : t("providers.not_yet")} />
        {freshness && <Fact title={t("providers.freshness")} text={t(`providers.fresh.${freshness.state}`)} />}
        {freshness?.data_until && <Fact title={t("providers.known_until")} text={clock(freshness.data_until, now.value)} />}
        <Fact title={t("providers.offline")} text={offline(view.offline_profile)} />
        <Fact title={t("nav.events")} text={String(view.events)} />
      </dl>
      <h3>{t("providers.may_send")}</h3>
      <ul class="chips">
        {view.may_send.map((word) => (
          <li key={word}>{sends(word)}</li>
        ))}
      </ul>
      <Sentences title={t("providers.in_force")} all={allResaid(view.in_force, view.in_force_said)} />
      <Sentences title={t("providers.conflicts")} all={allResaid(view.conflicts, view.conflicts_said)} />
      <Sentences title={t("providers.beyond")} all={view.beyond.map(typeName)} />
      {view.evidence.length > 0 && (
        <details>
          <summary>{t("providers.evidence")}</summary>
          <ul class="said">
            {view.evidence.map((entry) => (
              <li key={entry.number}>
                {clock(entry.at, now.value)} <Name text={resaid(entry.sentence, entry.sentence_said)} most={300} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {isOwner() && view.kind !== "feed" && (
        <Confirm
          label={t("providers.leave")}
          about={plain(view.id, 60)}
          question={t("providers.leave_sure", { name: plain(view.id, 60) })}
          act={() => leave(view.id, left)}
        />
      )}
    </li>
  );
}

const GROUPS = "prices co2 limits sheds emergencies flex_alerts outages messages setpoints curves cta2045".split(" ");

/** A group of payload types in words; a single type by its own name. */
function sends(word: string): string {
  return GROUPS.includes(word) ? t(`providers.sends.${word}` as Key) : typeName(plain(word, 60));
}

const MODES = ["in_force", "live", "none", "waiting"] as const;

function offline(mode: string): string {
  return t(`providers.offline.${MODES.find((one) => one === mode) ?? "none"}`);
}

function Fact({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{text}</dd>
    </div>
  );
}

function Sentences({ title, all }: { title: string; all: string[] }) {
  if (!all.length) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="said">
        {all.map((text) => (
          <li key={text}>
            <Name text={text} most={300} />
          </li>
        ))}
      </ul>
    </>
  );
}
