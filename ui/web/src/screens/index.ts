// Every screen: its name in addresses, its word in the menu, what draws it. A new screen is one row here.
import type { ComponentType } from "preact";
import type { IconName } from "../components/icon.tsx";
import type { Key } from "../words.ts";
import { AdviceScreen } from "./advice.tsx";
import { DeviceScreen } from "./device.tsx";
import { DevicesScreen } from "./devices.tsx";
import { EventsScreen } from "./events.tsx";
import { HelpScreen } from "./help.tsx";
import { HistoryScreen } from "./history.tsx";
import { MoreScreen } from "./more.tsx";
import { OptionsScreen } from "./options.tsx";
import { ProvidersScreen } from "./providers.tsx";
import { SettingsScreen } from "./settings.tsx";
import { SetupScreen } from "./setup.tsx";
import { TodayScreen } from "./today.tsx";
import { WhyScreen } from "./why.tsx";

export interface ScreenRow {
  name: string;
  title: Key;
  screen: ComponentType<{ about: string }>;
  /** Of the menu; screens without one are reached from others. */
  icon?: IconName;
  /** Whether it has a place in the bar of a phone; the others are under "More". */
  first?: boolean;
}

export const SCREENS: ScreenRow[] = [
  { name: "today", title: "nav.today", screen: TodayScreen, icon: "today", first: true },
  { name: "devices", title: "nav.devices", screen: DevicesScreen, icon: "devices", first: true },
  { name: "device", title: "nav.devices", screen: DeviceScreen },
  { name: "options", title: "nav.options", screen: OptionsScreen, icon: "options", first: true },
  { name: "why", title: "nav.why", screen: WhyScreen, icon: "why", first: true },
  { name: "events", title: "nav.events", screen: EventsScreen, icon: "events" },
  { name: "setup", title: "setup.title", screen: SetupScreen },
  { name: "history", title: "nav.history", screen: HistoryScreen, icon: "history" },
  { name: "advice", title: "nav.advice", screen: AdviceScreen, icon: "advice" },
  { name: "providers", title: "nav.providers", screen: ProvidersScreen, icon: "providers" },
  { name: "settings", title: "nav.settings", screen: SettingsScreen, icon: "settings" },
  { name: "help", title: "nav.help", screen: HelpScreen, icon: "help" },
  { name: "more", title: "nav.more", screen: MoreScreen },
];
