// Times as people at the site write them in a field, and the instants that they mean.

const MINUTE_MS = 60_000;

/** An instant as `2026-11-27T13:00`, at the site. */
export function wallTime(instant: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(instant);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}`;
}

/** The instant of such a time; of one that comes twice, or never, in a night of changing clocks, a near one. */
export function instantOf(wall: string, zone: string): number {
  const asUtc = Date.parse(`${wall}Z`);
  const offset = (instant: number) => Date.parse(`${wallTime(instant, zone)}Z`) - Math.floor(instant / MINUTE_MS) * MINUTE_MS;
  const guess = asUtc - offset(asUtc);
  return asUtc - offset(guess);
}
