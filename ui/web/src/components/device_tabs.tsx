// Chooses which device a screen is about.
import type { DeviceView } from "../api_types.ts";
import { to } from "../route.ts";
import { t } from "../words.ts";
import { Icon, iconOf } from "./icon.tsx";
import { Name } from "./name.tsx";

export function DeviceTabs({ screen, views, chosen }: { screen: string; views: DeviceView[]; chosen: DeviceView }) {
  return (
    <nav class="tabs" aria-label={t("nav.choose_device")}>
      {views.map((view) => (
        <a
          key={view.profile.id}
          href={to(screen, view.profile.id)}
          aria-current={view.profile.id === chosen.profile.id ? "true" : undefined}
        >
          <Icon name={iconOf(view.profile.device_class)} />
          <Name text={view.profile.name} />
        </a>
      ))}
    </nav>
  );
}
