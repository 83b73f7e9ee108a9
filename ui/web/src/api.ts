// Speaks to the local API of the router that has served this page; addresses are relative to the page.
import type { AdviceView, Commitment, CycleWish, DeviceBody, DeviceView, DoorView, EventCost, EventView, Finding, HandsOff, HistoryView, IntegrationBody, IssuedToken, JournalEntry, LevelWish, OptOut, OptOutBody, Option, OptionsBody, Override, OverrideBody, Parting, PersonView, Plan, PlugTest, Problem, ProviderBody, ProviderView, SessionView, SetupChoices, SetupView, SiteBody, StatusView, Stranger, TariffBody, Timeline, TokenView, Vacation, WhatIfView, WhyView, WishBody, drrouter__adapters__door_views__LinkView } from "./api_types.ts";

/** Who is here, as the router knows. */
export type Session = DoorView;

export interface Settings {
  language: string;
  theme: string;
}

/** The router has refused, with a sentence that says why. */
export class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }

  /** The kind of refusal: `signed-out`, `hold-expired`, ... */
  get slug(): string {
    return this.problem.type.split(":").at(-1) ?? "";
  }
}

/** No router answers. */
export class Unreachable extends Error {}

/** Where the API is, seen from the page: below whatever prefix a proxy has put before it. */
const BASE = new URL("api/v1/", document.baseURI);

let csrf = "";
let onSignedOut: () => void = () => {};

/** Whom to tell that the session is over. */
export function whenSignedOut(told: () => void): void {
  onSignedOut = told;
}

async function request(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = method === "GET" ? {} : { "X-CSRF": csrf };
  const sent: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store" };
  if (signal) sent.signal = signal;
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    sent.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(new URL(path, BASE), sent);
  } catch {
    throw new Unreachable();
  }
  if (response.ok) return response;
  if (response.status === 502 || response.status === 504) throw new Unreachable(); // a proxy whose router is gone
  const problem = await problemOf(response);
  if (response.status === 401) onSignedOut();
  throw new Refused(problem);
}

async function problemOf(response: Response): Promise<Problem> {
  const title = `${response.status} ${response.statusText}`;
  try {
    return (await response.json()) as Problem;
  } catch {
    return { type: "", title, status: response.status, detail: title };
  }
}

async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await request(method, path, body);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

const at = (deviceId: string) => `devices/${encodeURIComponent(deviceId)}`;

function admitted(session: Session): Session {
  csrf = session.csrf ?? "";
  return session;
}

/** Where the bundle for somebody who helps is downloaded from. */
export const BUNDLE = new URL("bundle", BASE).href;

export const api = {
  session: async () => admitted(await ask<Session>("GET", "session")),
  claim: async (code: string, name: string, password: string) =>
    admitted(await ask<Session>("POST", "claim", { code, name, password })),
  signIn: async (name: string, password: string) => admitted(await ask<Session>("POST", "session", { name, password })),
  follow: async (link: string) => admitted(await ask<Session>("POST", "session", { link })),
  signOut: () => ask<void>("DELETE", "session"),
  settings: () => ask<Settings>("GET", "settings"),
  changeSettings: (change: Partial<Settings>) => ask<Settings>("PUT", "settings", change),

  status: () => ask<StatusView>("GET", "status"),
  plan: () => ask<Plan | null>("GET", "plan"),
  devices: () => ask<DeviceView[]>("GET", "devices"),
  events: () => ask<EventView[]>("GET", "events"),
  timeline: () => ask<Timeline>("GET", "timeline"),
  journal: (most: number) => ask<JournalEntry[]>("GET", `journal?most=${most}`),
  history: (span: string, date: string) => ask<HistoryView>("GET", `history?span=${span}&date=${date}`),
  /** The address of the same as a table, for a link. */
  historyTable: (span: string, date: string) => new URL(`history.csv?span=${span}&date=${date}`, BASE).href,
  advice: () => ask<AdviceView>("GET", "advice"),
  why: (deviceId: string) => ask<WhyView>("GET", `plan/why?device=${encodeURIComponent(deviceId)}`),

  options: (deviceId: string, body: OptionsBody) => ask<Option[]>("POST", `${at(deviceId)}/options`, body),
  accept: (token: string) => ask<Commitment>("POST", `options/${encodeURIComponent(token)}/accept`),
  override: (deviceId: string, body: OverrideBody) => ask<Override>("POST", `${at(deviceId)}/override`, body),
  clearOverride: (deviceId: string) => ask<void>("DELETE", `${at(deviceId)}/override`),
  wish: (deviceId: string, body: WishBody) => ask<CycleWish | LevelWish>("POST", `${at(deviceId)}/wish`, body),
  clearWish: (deviceId: string) => ask<void>("DELETE", `${at(deviceId)}/wish`),
  whatIf: (deviceId: string, body: WishBody) => ask<WhatIfView>("POST", `${at(deviceId)}/what-if`, body),
  handOver: (deviceId: string, steered: boolean) => ask<void>("POST", `${at(deviceId)}/hand`, { steered }),
  testPlug: (deviceId: string) => ask<PlugTest>("POST", `${at(deviceId)}/plug-test`),
  stopPlugTest: (deviceId: string) => ask<void>("DELETE", `${at(deviceId)}/plug-test`),

  handsOff: (until: string | null) => ask<HandsOff>("PUT", "hands-off", { until }),
  steer: () => ask<void>("DELETE", "hands-off"),
  goAway: (start: string | null, end: string) => ask<Vacation>("PUT", "vacation", { start, end }),
  comeBack: () => ask<void>("DELETE", "vacation"),
  optOut: (body: OptOutBody) => ask<OptOut>("POST", "opt-outs", body),
  optIn: (wordId: string) => ask<void>("DELETE", `opt-outs/${encodeURIComponent(wordId)}`),

  eventCost: (provider: string, id: string) =>
    ask<EventCost>("GET", `events/${encodeURIComponent(provider)}/${encodeURIComponent(id)}/cost`),
  providers: () => ask<ProviderView[]>("GET", "providers"),
  leaveProvider: (id: string) => ask<Parting>("POST", `providers/${encodeURIComponent(id)}/leave`),
  doctor: () => ask<Finding[]>("GET", "doctor"),
  people: () => ask<PersonView[]>("GET", "people"),
  addPerson: (name: string, role: string, password: string) => ask<PersonView>("POST", "people", { name, role, password }),
  removePerson: (name: string) => ask<void>("DELETE", `people/${encodeURIComponent(name)}`),
  setPassword: (name: string, password: string, current: string | null) =>
    ask<void>("PUT", `people/${encodeURIComponent(name)}/password`, { password, current }),
  sessions: () => ask<SessionView[]>("GET", "sessions"),
  endSession: (id: string) => ask<void>("DELETE", `sessions/${encodeURIComponent(id)}`),
  makeLink: (role: string | null) => ask<drrouter__adapters__door_views__LinkView>("POST", "links", { role, base: location.href.split("#")[0] }),
  tokens: () => ask<TokenView[]>("GET", "tokens"),
  issueToken: (role: string, label: string) => ask<IssuedToken>("POST", "tokens", { role, label }),
  revokeToken: (id: string) => ask<void>("DELETE", `tokens/${encodeURIComponent(id)}`),

  setup: {
    view: () => ask<SetupView>("GET", "setup"),
    choices: () => ask<SetupChoices>("GET", "setup/choices"),
    found: () => ask<Stranger[]>("GET", "setup/found"),
    site: (keys: SiteBody) => ask<SetupView>("PUT", "setup/site", keys),
    tariff: (keys: TariffBody) => ask<SetupView>("PUT", "setup/tariff", keys),
    provider: (keys: ProviderBody) => ask<SetupView>("POST", "setup/providers", keys),
    dropProvider: (id: string) => ask<SetupView>("DELETE", `setup/providers/${encodeURIComponent(id)}`),
    device: (keys: DeviceBody) => ask<SetupView>("POST", "setup/devices", keys),
    dropDevice: (id: string) => ask<SetupView>("DELETE", `setup/devices/${encodeURIComponent(id)}`),
    integration: (domain: string, body: IntegrationBody) =>
      ask<SetupView>("PUT", `setup/integrations/${encodeURIComponent(domain)}`, body),
    apply: () => ask<void>("POST", "setup/apply"),
  },

  /** What the router tells from now on, as it comes. */
  stream: (signal: AbortSignal) => request("GET", "stream", undefined, signal),
};
