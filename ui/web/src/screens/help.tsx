// Help: what the doctor finds, a bundle for somebody who looks into it, and how the panel is used by keyboard.
import { api, BUNDLE } from "../api.ts";
import type { Finding } from "../api_types.ts";
import { useAsked } from "../asked.ts";
import { Name } from "../components/name.tsx";
import { isOwner } from "../house.ts";
import { resaid } from "../resaid.ts";
import { session } from "../session.ts";
import { status } from "../state.ts";
import { plain, t } from "../words.ts";

const KEYS = ["tab", "enter", "arrows", "escape", "skip"] as const;

export function HelpScreen() {
  return (
    <>
      <h1 tabIndex={-1}>{t("nav.help")}</h1>
      {session.value?.role !== "guest" && <Doctor />}
      {isOwner() && (
        <section class="card" aria-labelledby="bundle">
          <h2 id="bundle">{t("help.bundle")}</h2>
          <p>{t("help.bundle_hint")}</p>
          <p>
            <a href={BUNDLE} download="drrouter-bundle.zip">
              {t("help.bundle_get")}
            </a>
          </p>
        </section>
      )}
      <section class="card" aria-labelledby="keys">
        <h2 id="keys">{t("help.keys")}</h2>
        <dl class="keys">
          {KEYS.map((key) => (
            <div key={key}>
              <dt>
                <kbd>{t(`help.key.${key}`)}</kbd>
              </dt>
              <dd>{t(`help.does.${key}`)}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section class="card" aria-labelledby="about">
        <h2 id="about">{t("help.about")}</h2>
        <p>{t("help.version", { version: plain(status.value?.version ?? "", 40) })}</p>
        <p>
          <a href="licences.txt">{t("help.licences")}</a>
        </p>
      </section>
    </>
  );
}

function Doctor() {
  const { answer, trouble, again } = useAsked(api.doctor);
  const wrong = answer?.filter((one) => one.level !== "ok") ?? [];
  const well = answer?.filter((one) => one.level === "ok") ?? [];
  return (
    <section class="card" aria-labelledby="doctor">
      <header class="acts">
        <h2 id="doctor">{t("help.doctor")}</h2>
        <button type="button" class="quiet" onClick={again}>
          {t("help.again")}
        </button>
      </header>
      {trouble && <p class="notice">{trouble}</p>}
      {!answer && !trouble && <p class="hint">{t("app.loading")}</p>}
      {answer && wrong.length === 0 && <p>{t("help.all_well")}</p>}
      {wrong.length > 0 && <Findings all={wrong} />}
      {well.length > 0 && (
        <details>
          <summary>{t("help.well", { count: well.length })}</summary>
          <Findings all={well} />
        </details>
      )}
    </section>
  );
}

function Findings({ all }: { all: Finding[] }) {
  return (
    <ul class="findings">
      {all.map((one) => (
        <li key={`${one.check} ${one.sentence}`}>
          <span class={`tag ${one.level}`}>{t(`help.level.${one.level}`)}</span>
          <span>
            <Name text={resaid(one.sentence, one.sentence_said)} most={400} />
            {one.remedy && (
              <span class="hint">
                {" "}
                <Name text={resaid(one.remedy, one.remedy_said)} most={400} />
              </span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
