// Small drawings of our own, in strokes of the text's colour; the words beside them say what they mean.
const DRAWINGS = {
  today: "M4 11 12 4l8 7M6 10v10h12V10M10 20v-6h4v6",
  devices: "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
  options: "M4 7h10M18 7h2M4 17h2M10 17h10M16 4.5v5M8 14.5v5",
  why: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5v.5M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  events: "M5 6h14v14H5zM5 10h14M9 3v5M15 3v5",
  history: "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6",
  advice: "M9 18h6M10 21h4M12 3a6 6 0 0 1 3.5 10.9c-.6.5-1 1.2-1 2.1h-5c0-.9-.4-1.6-1-2.1A6 6 0 0 1 12 3z",
  providers: "M12 3v18M7 21h10M12 3l5 6H7zM8.5 14h7M9 9l-2 12M15 9l2 12",
  settings: "M12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M5.6 18.4l2.2-2.2M16.2 7.8l2.2-2.2",
  help: "M5 5h14v11h-6l-4 4v-4H5zM12 8v3M12 13v.5",
  more: "M4 12a1.3 1.3 0 1 0 2.6 0 1.3 1.3 0 1 0-2.6 0M10.7 12a1.3 1.3 0 1 0 2.6 0 1.3 1.3 0 1 0-2.6 0M17.4 12a1.3 1.3 0 1 0 2.6 0 1.3 1.3 0 1 0-2.6 0",
  house_auto: "M4 11 12 4l8 7M6 10v10h12V10M9 14.5l2.2 2.2 4-4.2",
  house_off: "M4 11 12 4l8 7M6 10v10h12V10M10 13v4M14 13v4",
  house_away: "M4 11 12 4l8 7M6 10v10h12V10M9 15h6M13 13l2 2-2 2",
  play: "M8 5.5v13l10-6.5z",
  arrow: "M9 5l7 7-7 7",
  back: "M15 5l-7 7 7 7",
  washing_machine: "M5 3h14v18H5zM5 7h14M8 5h1M12 10a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM8.5 14.5c2-1.5 3.5 1.5 7 0",
  tumble_dryer: "M5 3h14v18H5zM5 7h14M8 5h1M12 10a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM10.5 12.5c1 1-.5 2 .5 3M13.5 12.5c1 1-.5 2 .5 3",
  dishwasher: "M5 3h14v18H5zM5 8h14M8 5.5h3M8 12h8M8 15h8M9.5 12v3M12 12v3M14.5 12v3",
  freezer: "M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9M9.5 4.5 12 7l2.5-2.5M9.5 19.5 12 17l2.5 2.5",
  refrigerator: "M6 3h12v18H6zM6 10h12M9 6v2M9 13v3",
  ev_charger: "M4 15v-3l2-5h9l3 5h2v3M4 15h16v3H4zM7 18v2M17 18v2M6 12h12",
  battery: "M4 8h14v9H4zM18 11h2v3h-2M8 10.5v4M11.5 10.5v4",
  pv: "M12 3v2M5.6 5.6 7 7M18.4 5.6 17 7M8.5 10a3.5 3.5 0 0 1 7 0M3 21l3-8h12l3 8zM12 13v8M4.5 17h15",
  hot_water: "M7 3h10v15a3 3 0 0 1-3 3h-4a3 3 0 0 1-3-3zM10 8c1.5 1.2-1 2.2.5 3.5M13.5 8c1.5 1.2-1 2.2.5 3.5M7 16h10",
  heat_pump: "M3 6h18v12H3zM9 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM9 10v4M7 12h4M16 9h2.5M16 12h2.5M16 15h2.5",
  hvac: "M3 6h18v6H3zM6 9.5h8M7 15c1 1.5-1 2.5 0 4M12 15c1 1.5-1 2.5 0 4M17 15c1 1.5-1 2.5 0 4",
  heater: "M5 7h14v11H5zM9 7v11M12 7v11M15 7v11M6 18v2M18 18v2",
  meter: "M5 4h14v16H5zM8 7h8v4H8zM9 15h.5M12 15h.5M15 15h.5",
  switch: "M8 4h8v16H8zM12 4v16M10 9h.5M14 15h.5",
} as const;

export type IconName = keyof typeof DRAWINGS;

const LIKE: Record<string, IconName> = { cooler: "hvac", pool_pump: "heat_pump", sauna: "heater" };

/** The drawing of a class of devices. */
export function iconOf(deviceClass: string): IconName {
  return deviceClass in DRAWINGS ? (deviceClass as IconName) : (LIKE[deviceClass] ?? "devices");
}

/** The sign of the house: the same as the page's icon. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <rect width="64" height="64" rx="15" />
      <path d="M14 34 32 17l18 17M19 31v17h26V31" />
      <path class="bolt" d="M34 27l-7 10h10l-7 10" />
    </svg>
  );
}

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={DRAWINGS[name]} />
    </svg>
  );
}
