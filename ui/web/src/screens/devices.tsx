// Every device of the home, one row each.
import { stateSentence } from "../components/device_card.tsx";
import { Icon, iconOf } from "../components/icon.tsx";
import { Name } from "../components/name.tsx";
import { stateOf } from "../device_state.ts";
import { to } from "../route.ts";
import { session } from "../session.ts";
import { devices, now, plan } from "../state.ts";
import { t } from "../words.ts";

export function DevicesScreen() {
  return (
    <>
      <h1 tabIndex={-1}>{t("nav.devices")}</h1>
      <p class="hint">{t("devices.count", { count: devices.value.length })}</p>
      <ul class="list card">
        {devices.value.map((view) => (
          <li key={view.profile.id}>
            <a href={to("device", view.profile.id)}>
              <Icon name={iconOf(view.profile.device_class)} />
              <span class="what">
                <strong>
                  <Name text={view.profile.name} />
                </strong>
                <span class="hint">{t(`class.${view.profile.device_class}`)}</span>
              </span>
              <span class="how">{stateSentence(stateOf(view, plan.value, now.value))}</span>
              <Icon name="arrow" />
            </a>
          </li>
        ))}
      </ul>
      {session.value?.role === "owner" && (
        <p>
          <a href={to("setup", "devices")}>{t("setup.devices.more")}</a>
        </p>
      )}
    </>
  );
}
