// On a phone: the screens that have no place in the bar, and how the panel looks and speaks.
import { Icon } from "../components/icon.tsx";
import { Looks } from "../components/looks.tsx";
import { session } from "../session.ts";
import { to } from "../route.ts";
import { t } from "../words.ts";
import { SCREENS } from "./index.ts";

export function MoreScreen() {
  const others = SCREENS.filter((row) => row.icon && !row.first);
  return (
    <>
      <h1 tabIndex={-1}>{t("nav.more")}</h1>
      {others.length > 0 && (
        <ul class="list card">
          {others.map((row) => (
            <li key={row.name}>
              <a href={to(row.name)}>
                {row.icon && <Icon name={row.icon} />}
                <span class="what">
                  <strong>{t(row.title)}</strong>
                </span>
                <Icon name="arrow" />
              </a>
            </li>
          ))}
        </ul>
      )}
      {session.value?.role === "owner" && (
        <ul class="list card">
          <li>
            <a href={to("setup")}>
              <Icon name="settings" />
              <span class="what">
                <strong>{t("setup.open")}</strong>
                <span class="hint">{t("setup.open_hint")}</span>
              </span>
              <Icon name="arrow" />
            </a>
          </li>
        </ul>
      )}
      <section class="card">
        <Looks />
      </section>
    </>
  );
}
