// Made by `python ui/web/make_types.py > ui/web/src/api_types.ts`; see there.

export interface Ack {
  member: string | null;
  steps: Step[];
}

export type AckState = "received" | "understood" | "not_understood" | "planned" | "started" | "done" | "opted_out" | "impossible";

export interface AdviceView {
  days: number;
  currency: string;
  tips: Tip[];
  sentence: string;
  days_needed: number;
}

export interface Band {
  min_w: number;
  max_w: number;
  because: string;
  because_said: Reason | null;
}

export interface BarView {
  start: string;
  end: string;
  home: Figures;
  uses: UseView[];
}

export type BaselineMethod = "as_asked" | "at_arrival" | "spread" | "as_it_was";

export interface Binding {
  start_above_w: number;
  start_for: string;
  end_below_w: number;
  end_for: string;
  thermostat: [number, number] | null;
  fail_safe: FailSafe;
}

export interface Commitment {
  device_id: string;
  programme_id: string;
  start: string;
  duration: string;
  token: string;
  accepted_at: string;
}

export type Consent = "none" | "once" | "each";

export interface CostSplit {
  import_cost: number;
  export_revenue: number;
  co2_cost: number;
  penalties: number;
  peak_cost: number;
  tier_cost: number;
  capacity_cost: number;
  wear_cost: number;
  rebates: number;
}

export interface CycleWish {
  device_id: string;
  programme_id: string;
  earliest: string;
  ready_by: string;
  alternatives: string[];
}

export type DataRung = "live" | "last_published" | "offline_profile" | "best_practice";

export interface DemandFlexibility {
  power_w: number;
  max_power_w: number;
  max_off: string;
  curtail_price_per_kwh: number;
}

export interface DeviceBody {
  id: string;
  name?: string;
  model?: string;
  integration?: string;
  match?: MatchBody | null;
  flexibility?: string | null;
  groups?: string[] | null;
  line?: string | null;
  role?: string | null;
  watch_only?: boolean;
  parameters?: Record<string, unknown> | null;
}

export type DeviceClass = "freezer" | "refrigerator" | "washing_machine" | "tumble_dryer" | "dishwasher" | "heater" | "cooler" | "hot_water" | "hvac" | "heat_pump" | "pool_pump" | "sauna" | "ev_charger" | "battery" | "pv" | "meter" | "switch";

export interface DeviceProfile {
  id: string;
  name: string;
  device_class: DeviceClass;
  model_id: string;
  flexibility: ProfileFlexibility | StorageFlexibility | DemandFlexibility | EnvelopeFlexibility | ModesFlexibility | null;
  line: Line;
  groups: string[];
  shed_from_level: number | null;
  binding: Binding;
  watch_only: boolean;
  lines: Line[];
  may_discharge: boolean;
}

export interface DeviceSetup {
  id: string;
  name: string;
  model: string;
  integration: string;
  match: Record<string, string>;
  watch_only: boolean;
  parameters: Record<string, number>;
}

export interface DeviceState {
  presence: Presence;
  on: boolean | null;
  power_w: number | null;
  energy_wh: number | null;
  exported_wh: number | null;
  line_w: [Line, number][];
  setpoint_w: number | null;
  mode: number | null;
  mode_since: string | null;
  armed: boolean | null;
  level: number | null;
  plugged: boolean;
  running: RunningCycle | null;
  seen_at: string | null;
  changed_at: string | null;
}

export interface DeviceView {
  profile: DeviceProfile;
  state: DeviceState;
  band: Band | null;
  wished_w: number | null;
  next_cycle: ScheduledCycle | null;
  commitment: Commitment | null;
  override: Override | null;
  wish: CycleWish | LevelWish | null;
  because: string;
  watched: boolean;
  plug_test: PlugTest | null;
  trouble: string;
  learned: LearnedProgramme[];
  counts_level: boolean;
  because_said: Reason | null;
  trouble_said: Reason | null;
}

export interface Discharge {
  max_power_w: number;
  level_per_wh: number;
  min_power_w: number;
  wear_per_kwh: number;
  may_export: boolean;
  consent: Consent;
}

export type DoorState = "unclaimed" | "signed_out" | "signed_in";

export interface DoorView {
  state: DoorState;
  language: "en" | "de" | "fr" | "nl";
  name: string | null;
  role: drrouter__adapters__api__roles__Role | null;
  csrf: string | null;
  site: string | null;
}

export interface EnvelopeFlexibility {
  rated_power_w: number;
  least_power_w: number;
}

export interface Event {
  id: string;
  provider: string;
  program_id: string;
  name: string;
  modified_at: string;
  payloads: Payload[];
  priority: number | null;
  targets: string[];
  currency: string;
  ignored: string[];
  known_until: string | null;
  fingerprint: string;
  asks: ReportAsk[];
  grid: Grid;
  received_at: string | null;
  beyond: PayloadType[];
}

export interface EventCost {
  provider: string;
  event_id: string;
  cost: number;
  currency: string;
  until: string;
  misses: Miss[];
  solve_rung: SolveRung;
}

export type EventPhase = "coming" | "in_force" | "over";

export interface EventView {
  event: Event;
  phase: EventPhase;
  acknowledged: boolean;
  opted_out: string[];
  acks: Ack[];
  home_opted_out: boolean;
}

export interface EvidenceEntry {
  number: number;
  at: string;
  event_id: string;
  version: string;
  sentence: string;
  sentence_said: Reason | null;
}

export interface Explanation {
  device_id: string;
  text: string;
  cost_now: number | null;
  cost_planned: number | null;
  binding: string;
  would_change: string;
  cost_best: number | null;
  saving_if_changed: number | null;
  reasons: Reason[];
  binding_reason: Reason | null;
  would_change_reason: Reason | null;
}

export type FailSafe = "keep" | "restore_power" | "cut_power";

export type FeedState = "fresh" | "ageing" | "stale" | "failsafe";

export interface Figures {
  taken_wh: number;
  given_wh: number;
  cost: number | null;
  co2_g: number | null;
  saving: number | null;
  saved_co2_g: number | null;
  unpriced_wh: number;
  coverage: number;
}

export interface Finding {
  check: string;
  level: Level;
  sentence: string;
  remedy: string;
  sentence_said: Reason | null;
  remedy_said: Reason | null;
}

export interface Freshness {
  state: FeedState;
  since: string;
  heard_at: string | null;
  ageing_at: string;
  stale_at: string;
  failsafe_at: string | null;
  data_until: string | null;
  sentence: string;
  sentence_said: Reason | null;
}

export interface Grid {
  slots: [number, Interval][];
  repeats: boolean;
  implied: boolean;
  until: string | null;
}

export interface HandsOff {
  since: string;
  until: string | null;
  by: string;
}

export interface HistoryView {
  span: Span;
  first: string;
  last: string;
  start: string;
  end: string;
  time_zone: string;
  currency: string;
  metered: boolean;
  home: Figures;
  devices: UsedView[];
  bars: BarView[];
  method: string;
}

export interface IntegrationBody {
  settings?: Record<string, unknown>;
  secret?: string | null;
}

export interface IntegrationChoice {
  domain: string;
  title: string;
  form: Record<string, unknown>;
}

export interface Interval {
  start: string;
  end: string;
}

export interface IssuedToken {
  token: TokenView;
  secret: string;
}

export interface JournalEntry {
  at: string;
  kind: JournalKind;
  sentence: string;
  device_id: string | null;
  event_id: string | null;
  data: Record<string, number | string | boolean | null>;
  sentence_said: Reason | null;
}

export type JournalKind = "started" | "event_accepted" | "event_cancelled" | "link" | "plan" | "setpoint" | "refused" | "cycle" | "wish" | "override" | "commitment" | "device" | "limit" | "offline" | "data" | "alarm" | "conflict";

export interface LearnedProgramme {
  programme_id: string;
  runs: number;
  measured_minutes: number;
  measured_wh: number;
  makers_minutes: number;
  makers_wh: number;
  in_use: boolean;
}

export type Level = "ok" | "note" | "warning" | "fault";

export interface LevelWish {
  device_id: string;
  level: number;
  by: string;
}

export interface Limit {
  interval: Interval;
  max_w: number;
  scope: Scope;
  members: string[];
  guaranteed_w: number;
  provider: string | null;
  event_id: string | null;
  program: string;
  line: Line | null;
}

export type Line = "L1" | "L2" | "L3";

export interface MatchBody {
  alias?: string | null;
  mac?: string | null;
  address?: string | null;
  id?: string | null;
}

export interface Miss {
  kind: MissKind;
  device_id: string | null;
  amount: number;
  unit: string;
  cause: string;
  reason: Reason | null;
}

export type MissKind = "cycle" | "deadline" | "level" | "comfort" | "setpoint" | "rebound" | "limit";

export interface Mode {
  name: string;
  power_w: number;
  cost_per_h: number;
  longest: string | null;
  most_per_day: string | null;
}

export interface ModelChoice {
  id: string;
  name: string;
  device_class: string;
  parameters: ParameterChoice[];
}

export interface ModesFlexibility {
  modes: Mode[];
  normal: number;
  min_dwell: string;
  most_switches: number | null;
}

export interface OptOut {
  until: string;
  provider: string | null;
  event_id: string | null;
  device_id: string | null;
  by: string;
}

export interface OptOutBody {
  provider?: string | null;
  event_id?: string | null;
  device_id?: string | null;
  until?: string | null;
}

export interface Option {
  kind: OptionKind;
  device_id: string;
  programme_id: string;
  start: string;
  end: string;
  cost: number;
  currency: string;
  co2_g: number;
  saving: number;
  reason: string;
  token: string;
  expires_at: string;
  basis: string;
  plan_made_at: string;
  option_schema: number;
  reason_said: Reason | null;
}

export type OptionKind = "now" | "cheapest" | "greenest" | "latest";

export interface OptionsBody {
  programme_id?: string | null;
  earliest?: string | null;
  ready_by?: string | null;
}

export interface Order {
  interval: Interval;
  value: number;
  event_id: string;
  provider: string;
  program_id: string;
  members: string[];
  text: string;
  unit: string;
  curve: [number, number][];
  kind: PayloadType | null;
}

export interface Override {
  device_id: string;
  mode: OverrideMode;
  until: string;
  by: string;
}

export interface OverrideBody {
  mode: OverrideMode;
  until?: string | null;
  minutes?: number | null;
}

export type OverrideMode = "on" | "off";

export interface ParameterChoice {
  id: string;
  name: string;
  default: number;
  min: number;
  max: number;
}

export interface Parting {
  provider: string;
  events: number;
  delivered: number;
  let_go: number;
  forgotten: boolean;
}

export interface Payload {
  type: PayloadType;
  interval: Interval;
  value: number;
  text: string;
  unit: string;
  curve: [number, number][];
}

export type PayloadType = "PRICE" | "PRICE_ALTERNATE" | "EXPORT_PRICE" | "GHG" | "IMPORT_CAPACITY_LIMIT" | "EXPORT_CAPACITY_LIMIT" | "IMPORT_CAPACITY_SUBSCRIPTION" | "IMPORT_CAPACITY_RESERVATION" | "IMPORT_CAPACITY_RESERVATION_FEE" | "IMPORT_CAPACITY_AVAILABLE" | "IMPORT_CAPACITY_AVAILABLE_PRICE" | "EXPORT_CAPACITY_SUBSCRIPTION" | "EXPORT_CAPACITY_RESERVATION" | "EXPORT_CAPACITY_RESERVATION_FEE" | "EXPORT_CAPACITY_AVAILABLE" | "EXPORT_CAPACITY_AVAILABLE_PRICE" | "SIMPLE" | "CONTROL_LEVEL_OFFSET" | "CONTROL_LEVEL_OFFSET_PERCENT" | "OLS" | "DISPATCH_SETPOINT" | "DISPATCH_SETPOINT_RELATIVE" | "CHARGE_STATE_SETPOINT" | "CONTROL_SETPOINT" | "DISPATCH_INSTRUCTION" | "CURVE" | "ALERT_GRID_EMERGENCY" | "ALERT_BLACK_START" | "ALERT_POSSIBLE_OUTAGE" | "ALERT_FLEX_ALERT" | "ALERT_FIRE" | "ALERT_FREEZING" | "ALERT_WIND" | "ALERT_TSUNAMI" | "ALERT_AIR_QUALITY" | "ALERT_OTHER" | "CTA2045_REBOOT" | "CTA2045_SET_OVERRIDE_STATUS";

export interface Peak {
  interval: Interval;
  provider: string;
  name: string;
  origin: string;
}

export interface PersonView {
  name: string;
  role: string;
  created_at: string;
}

export interface Phase {
  name: string;
  duration: string;
  power_w: number;
  max_pause: string;
}

export interface Plan {
  made_at: string;
  slots: Interval[];
  currency: string;
  power_w: Record<string, number[]>;
  level: Record<string, number[]>;
  cycles: ScheduledCycle[];
  grid_w: number[];
  misses: Miss[];
  cost: CostSplit;
  marginal_price: number[];
  headroom_w: number[];
  solve_rung: SolveRung;
  data_rung: DataRung;
  explanations: Explanation[];
  changes: string[];
  gap: number | null;
  bound: number | null;
  objective: number | null;
  trigger: string;
  plan_schema: number;
  change_reasons: Reason[];
  repaired: boolean;
  gain: number | null;
  modes: Record<string, number[][]>;
  trigger_said: Reason | null;
}

export interface PlugTest {
  stage: Stage;
  since: string;
  sentence: string;
  draws_since: string | null;
  sentence_said: Reason | null;
}

export type Presence = "expected" | "present" | "gone";

export interface PricePart {
  name: string;
  rates: Rates;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  detail_said?: Reason;
  options?: Option[];
}

export interface ProfileFlexibility {
  programmes: Programme[];
  remote_start: RemoteStart;
}

export interface Programme {
  id: string;
  name: string;
  phases: Phase[];
}

export interface ProviderBody {
  id: string;
  kind?: string;
  role?: string | null;
  url?: string;
  client_id?: string | null;
  token_url?: string | null;
  ven_name?: string | null;
  ven_id?: string | null;
  programs?: string[] | null;
  format?: string | null;
  area?: string | null;
  secret?: string | null;
}

export interface ProviderSetup {
  id: string;
  kind: string;
  role: string | null;
  url: string;
  client_id: string;
  format: string;
  has_secret: boolean;
}

export interface ProviderView {
  id: string;
  kind: string;
  role: drrouter__domain__mandate__Role | null;
  may_send: string[];
  link: drrouter__router__viewed__LinkView | null;
  freshness: Freshness | null;
  last_heard: string | null;
  offline_profile: string;
  events: number;
  in_force: string[];
  beyond: PayloadType[];
  conflicts: string[];
  evidence: EvidenceEntry[];
  in_force_said: (Reason | null)[];
  conflicts_said: (Reason | null)[];
}

export interface Rates {
  steps: [Interval, number][];
}

export interface Reason {
  code: string;
  values: Record<string, number | string>;
  parts: Reason[];
}

export type RemoteStart = "always" | "armed" | "none";

export interface ReportAsk {
  payload_type: string;
  reading_type: string;
  units: string;
  targets: string[];
  aggregate: boolean;
  start: number;
  count: number;
  historical: boolean;
  frequency: number;
  repeat: number;
  intervals: ReportIntervals;
}

export type ReportIntervals = "INTERVALS" | "SUB_INTERVALS" | "OPEN_INTERVALS";

export interface RunningCycle {
  device_id: string;
  programme_id: string;
  started_at: string;
}

export interface ScheduledCycle {
  device_id: string;
  programme_id: string;
  start: string;
  end: string;
  fixed: boolean;
  phase_starts: string[];
}

export type Scope = "site" | "group" | "device" | "line";

export interface SessionView {
  id: string;
  name: string;
  role: drrouter__adapters__api__roles__Role;
  about: string;
  created_at: string;
  seen_at: string;
  current: boolean;
}

export interface SetupChoices {
  zones: ZoneChoice[];
  tariffs: TariffChoice[];
  models: ModelChoice[];
  integrations: IntegrationChoice[];
  formats: string[];
}

export interface SetupView {
  file: string;
  site: SiteSetup;
  tariff: TariffSetup | null;
  providers: ProviderSetup[];
  devices: DeviceSetup[];
  integrations: string[];
  is_pending: boolean;
  can_apply: boolean;
  warnings: string[];
  trouble: string;
  settings: Record<string, Record<string, unknown>>;
}

export interface SiteBody {
  name?: string;
  time_zone?: string;
  currency?: string;
  latitude?: number | null;
  longitude?: number | null;
  import_limit_w?: number | null;
  line_limit_w?: number | null;
}

export interface SiteSetup {
  name: string;
  time_zone: string;
  currency: string;
  latitude: number | null;
  longitude: number | null;
  import_limit_w: number | null;
  line_limit_w: number | null;
}

export type SolveRung = "optimal" | "incumbent" | "greedy" | "device_default";

export type Span = "day" | "week" | "month" | "year";

export type Stage = "waiting" | "cut" | "watching" | "resumed" | "stayed_off" | "given_up";

export interface StatusView {
  site: string;
  time_zone: string;
  version: string;
  now: string;
  started_at: string;
  degraded: boolean;
  sentence: string;
  data_rung: DataRung | null;
  solve_rung: SolveRung | null;
  plan_made_at: string | null;
  currency: string;
  price_per_kwh: number | null;
  co2_g_per_kwh: number | null;
  power_w: number | null;
  limit_w: number | null;
  links: drrouter__router__viewed__LinkView[];
  alerts: string[];
  offline: string;
  offline_since: string | null;
  grid_w: number | null;
  hands_off: HandsOff | null;
  vacation: Vacation | null;
  opt_outs: OptOut[];
  saved_today: number | null;
  prices_until: string | null;
  sentence_said: Reason | null;
  offline_said: Reason | null;
  alerts_said: (Reason | null)[];
}

export interface Step {
  state: AckState;
  at: string;
  reason: string;
  reason_said: Reason | null;
}

export interface StorageFlexibility {
  unit: string;
  level_min: number;
  level_max: number;
  level_target: number;
  level_per_wh: number;
  drift_per_h: number;
  max_power_w: number;
  min_power_w: number;
  duty: boolean;
  idle_power_w: number;
  min_on: string;
  min_off: string;
  loss_per_h: number;
  ambient: number;
  discharge: Discharge | null;
}

export interface Stranger {
  integration: string;
  address: string;
  device_id: string;
  name: string;
  maker: string;
  match: Record<string, string>;
  model_id: string | null;
  confidence: number | null;
}

export interface TariffBody {
  id?: string | null;
  price_per_kwh?: number | null;
  feed_in_per_kwh?: number | null;
  follows_provider?: boolean;
}

export interface TariffChoice {
  id: string;
  name: string;
  note: string;
  country: string;
  time_zone: string;
  currency: string;
  follows_provider: boolean;
}

export interface TariffSetup {
  id: string;
  name: string;
  currency: string;
  follows_provider: boolean;
  price_per_kwh: number | null;
  feed_in_per_kwh: number | null;
}

export interface Timeline {
  currency: string;
  import_price: Rates;
  export_price: Rates;
  co2_g_per_kwh: Rates;
  limits: Limit[];
  sheds: Order[];
  alerts: Order[];
  peaks: Peak[];
  in_force: Record<string, Order[]>;
  export_limits: Limit[];
  setpoints: Order[];
  messages: Order[];
  import_parts: PricePart[];
  export_parts: PricePart[];
}

export interface Tip {
  reason: Reason;
  text: string;
  saving_per_month: number;
  device_id: string | null;
}

export interface TokenView {
  id: string;
  role: drrouter__adapters__api__roles__Role;
  label: string;
  created_at: string;
  device_id: string | null;
}

export interface UseView {
  device_id: string | null;
  figures: Figures;
}

export interface UsedView {
  device_id: string | null;
  name: string;
  baseline: BaselineMethod;
  figures: Figures;
}

export interface Vacation {
  start: string;
  end: string;
  by: string;
  begun: boolean;
}

export interface WhatIfView {
  device_id: string;
  wish: CycleWish | LevelWish;
  cycle: ScheduledCycle | null;
  explanation: Explanation | null;
  cost: number | null;
  cost_in_force: number | null;
  misses: Miss[];
  solve_rung: SolveRung;
}

export interface WhyView {
  device_id: string;
  name: string;
  because: string;
  cycle: ScheduledCycle | null;
  explanation: Explanation | null;
  because_said: Reason | null;
}

export interface WishBody {
  ready_by: string;
  programme_id?: string | null;
  earliest?: string | null;
  level?: number | null;
}

export interface ZoneChoice {
  name: string;
  country: string;
  currency: string;
}

export type drrouter__adapters__api__roles__Role = "owner" | "resident" | "guest" | "appliance" | "visitor";

export interface drrouter__adapters__door_views__LinkView {
  url: string;
  svg: string;
  minutes: number;
}

export type drrouter__domain__mandate__Role = "energy" | "network" | "aggregator";

export interface drrouter__router__viewed__LinkView {
  provider: string;
  up: boolean;
  since: string;
  sentence: string;
  freshness: Freshness | null;
  sentence_said: Reason | null;
}
