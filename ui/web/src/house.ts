// What a person says of the whole home: hands off, days away, events that do not count; each can be taken back.
import { api } from "./api.ts";
import type { DeviceView, EventView, OptOut, OptOutBody, Vacation } from "./api_types.ts";
import { wordId } from "./events_view.ts";
import { order, say } from "./said.ts";
import { session } from "./session.ts";
import { events, now, showStatus, status } from "./state.ts";
import { clock, plain, t } from "./words.ts";

export function isOwner(): boolean {
  return session.value?.role === "owner";
}

const iso = (instant: number) => new Date(instant).toISOString();

/** Do it, and show at once what holds since. */
async function then(act: () => Promise<unknown>): Promise<void> {
  await act();
  const [told, known] = await Promise.all([api.status(), api.events()]);
  showStatus(told);
  events.value = known;
}

export async function takeHandsOff(until: number | null): Promise<boolean> {
  return order(async () => {
    await then(() => api.handsOff(until === null ? null : iso(until)));
    const text = until === null ? t("house.off_open") : t("house.off_until", { until: clock(until, now.value) });
    say(text, () => then(api.steer));
  });
}

export async function steer(): Promise<void> {
  const before = status.value?.hands_off;
  await order(async () => {
    await then(api.steer);
    say(t("house.steers"), before ? () => then(() => api.handsOff(before.until)) : undefined);
  });
}

export async function goAway(start: number, end: number): Promise<boolean> {
  return order(async () => {
    await then(() => api.goAway(start <= now.value ? null : iso(start), iso(end)));
    say(t("house.away_until", { until: clock(end, now.value) }), () => then(api.comeBack));
  });
}

export async function comeBack(before: Vacation): Promise<void> {
  await order(async () => {
    await then(api.comeBack);
    const start = Date.parse(before.start) > now.value ? before.start : null;
    say(t("house.back"), () => then(() => api.goAway(start, before.end)));
  });
}

/** Take the home, or a device, out of an event. */
export async function optOut(view: EventView, device: DeviceView | null): Promise<void> {
  const { provider, id } = view.event;
  await order(async () => {
    const body: OptOutBody = { provider, event_id: id, device_id: device?.profile.id ?? null };
    let given: OptOut | null = null;
    await then(async () => (given = await api.optOut(body)));
    const text = device ? t("events.out_device", { name: plain(device.profile.name, 60) }) : t("events.out_home");
    say(text, () => then(() => api.optIn(wordId(given as OptOut | null))));
  });
}

/** Let orders count again. */
export async function optIn(word: OptOut): Promise<void> {
  await order(async () => {
    await then(() => api.optIn(wordId(word)));
    const { by: _, ...body } = word;
    say(t("events.in_again"), () => then(() => api.optOut(body)));
  });
}

/** Take back what a person has said of a device for a while. */
export async function takeBack(view: DeviceView): Promise<void> {
  const before = view.override;
  if (!before) return;
  const { mode, until } = before;
  await order(async () => {
    await api.clearOverride(view.profile.id);
    say(t("act.auto", { name: plain(view.profile.name, 60) }), () => api.override(view.profile.id, { mode, until }));
  });
}
