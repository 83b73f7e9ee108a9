// "Which options are available now?", for any machine that runs programmes.
import { DeviceTabs } from "../components/device_tabs.tsx";
import { OptionsList } from "../components/options_list.tsx";
import { hasProgrammes } from "../device_state.ts";
import { devices } from "../state.ts";
import { t } from "../words.ts";

export function OptionsScreen({ about }: { about: string }) {
  const machines = devices.value.filter(hasProgrammes);
  const view = machines.find((one) => one.profile.id === about) ?? machines[0];
  return (
    <>
      <h1 tabIndex={-1}>{t("options.title")}</h1>
      {view ? (
        <>
          <DeviceTabs screen="options" views={machines} chosen={view} />
          <OptionsList key={view.profile.id} view={view} />
        </>
      ) : (
        <p class="hint">{t("options.no_machines")}</p>
      )}
    </>
  );
}
