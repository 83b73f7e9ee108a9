// What a person's taps ask of the router, each told in one sentence afterwards.
import { api, Refused } from "./api.ts";
import type { DeviceView, Option, OverrideBody } from "./api_types.ts";
import { hasProgrammes } from "./device_state.ts";
import { order, say } from "./said.ts";
import { now } from "./state.ts";
import { clock, plain, t } from "./words.ts";

const BOOST_MINUTES = 60; // a boost always expires

const nameOf = (view: DeviceView) => plain(view.profile.name, 60);

/** Start a machine's programme now, or switch anything else on for an hour. */
export async function startNow(view: DeviceView): Promise<void> {
  await order(() => (hasProgrammes(view) ? startProgramme(view) : switchFor(view, { mode: "on", minutes: BOOST_MINUTES })));
}

async function startProgramme(view: DeviceView): Promise<void> {
  const offered = await api.options(view.profile.id, {});
  const soonest = offered.find((option) => option.kind === "now");
  if (!soonest) return say(t("act.not_now", { name: nameOf(view) }));
  await take(view, soonest);
}

/** Agree on an option; it can be taken back as long as it has not begun. */
export async function accept(view: DeviceView, option: Option): Promise<Option[] | null> {
  let fresh: Option[] | null = null;
  await order(async () => {
    try {
      await take(view, option);
    } catch (error) {
      if (error instanceof Refused) fresh = error.problem.options ?? (await api.options(view.profile.id, {}));
      throw error;
    }
  });
  return fresh;
}

async function take(view: DeviceView, option: Option): Promise<void> {
  await api.accept(option.token);
  const values = { name: nameOf(view), start: clock(option.start, now.value), end: clock(option.end, Date.parse(option.start)) };
  const key = option.kind === "now" ? "act.started" : "act.agreed";
  say(t(key, values), option.kind === "now" ? undefined : () => api.clearWish(view.profile.id));
}

/** Switch a device off, or on, until then. */
export async function hold(view: DeviceView, mode: "on" | "off", until: number): Promise<void> {
  await order(() => switchFor(view, { mode, until: new Date(until).toISOString() }));
}

async function switchFor(view: DeviceView, body: OverrideBody): Promise<void> {
  const { mode, until } = await api.override(view.profile.id, body);
  const key = mode === "on" ? "act.on" : "act.off";
  say(t(key, { name: nameOf(view), until: clock(until, now.value) }), () => api.clearOverride(view.profile.id));
}

/** Give a device back to the plan: no order of a person holds any more. */
export async function auto(view: DeviceView): Promise<void> {
  const { override } = view;
  await order(async () => {
    if (override) await api.clearOverride(view.profile.id);
    if (view.commitment) await api.clearWish(view.profile.id);
    say(t("act.auto", { name: nameOf(view) }), async () => {
      if (override) await api.override(view.profile.id, { mode: override.mode, until: override.until });
      if (view.commitment) await askAgain(view);
    });
  });
}

/** Ask nothing of it any more, this time. */
export async function skip(view: DeviceView): Promise<void> {
  await order(async () => {
    await api.clearWish(view.profile.id);
    say(t("act.skipped", { name: nameOf(view) }), () => askAgain(view));
  });
}

/** Ask for the same as before: the agreed start by its hold, or else the wish. */
async function askAgain(view: DeviceView): Promise<void> {
  const { commitment, wish } = view;
  if (commitment) await api.accept(commitment.token);
  else if (wish && "level" in wish) await api.wish(view.profile.id, { ready_by: wish.by, level: wish.level });
  else if (wish) await api.wish(view.profile.id, { ready_by: wish.ready_by, programme_id: wish.programme_id });
}

/** Ask for a programme, or a level, by a time. */
export async function wish(view: DeviceView, readyBy: Date, programme: string | null, level: number | null): Promise<boolean> {
  return order(async () => {
    const asked = level === null ? { ready_by: readyBy.toISOString(), programme_id: programme } : { ready_by: readyBy.toISOString(), level };
    await api.wish(view.profile.id, asked);
    say(t("act.wished", { name: nameOf(view), by: clock(readyBy.getTime(), now.value) }), () => api.clearWish(view.profile.id));
  });
}
