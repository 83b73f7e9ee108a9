// Why: for each device the reasons of the plan in numbers, and what changed since the plan before.
import { DeviceTabs } from "../components/device_tabs.tsx";
import { Name } from "../components/name.tsx";
import { WhyPanel } from "../components/why_panel.tsx";
import { to } from "../route.ts";
import { devices, plan } from "../state.ts";
import { plain, t } from "../words.ts";

export function WhyScreen({ about }: { about: string }) {
  const view = devices.value.find((one) => one.profile.id === about) ?? devices.value[0];
  if (!view) return <h1 tabIndex={-1}>{t("nav.why")}</h1>;
  return (
    <>
      <h1 tabIndex={-1}>{t("why.title", { name: plain(view.profile.name, 60) })}</h1>
      <DeviceTabs screen="why" views={devices.value} chosen={view} />
      <section class="card">
        <WhyPanel view={view} />
        <p>
          <a href={to("device", view.profile.id)}>{t("why.to_device", { name: plain(view.profile.name, 60) })}</a>
        </p>
      </section>
      <Changes />
      <Misses />
    </>
  );
}

function Changes() {
  const changes = plan.value?.changes ?? [];
  if (!changes.length) return null;
  return (
    <section class="card" aria-labelledby="changes">
      <h2 id="changes">{t("why.changes")}</h2>
      <ul>
        {changes.map((change) => (
          <li key={change}>
            <Name text={change} most={400} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What cannot be kept, and because of what. */
function Misses() {
  const misses = plan.value?.misses ?? [];
  if (!misses.length) return null;
  return (
    <section class="card" aria-labelledby="misses">
      <h2 id="misses">{t("why.misses")}</h2>
      <ul>
        {misses.map((miss) => (
          <li key={miss.cause}>
            <Name text={miss.cause} most={400} />
          </li>
        ))}
      </ul>
    </section>
  );
}
