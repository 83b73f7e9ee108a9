// The setup: place, tariff, providers, devices and limits, one step after the other; at the end the home begins anew.
import { useEffect } from "preact/hooks";
import { Progress, StepForm } from "../components/setup_step.tsx";
import { type Step, stepOf, STEPS } from "../setup_plan.ts";
import { apply, open, trouble, view } from "../setup_state.ts";
import { plain, power, price as priceOf, t } from "../words.ts";
import { LimitsStep, PlaceStep, TariffStep } from "./setup_home.tsx";
import { DevicesStep, HandStep, ProvidersStep } from "./setup_parts.tsx";

const SCREENS: Record<Step, () => preact.JSX.Element> = {
  place: PlaceStep,
  tariff: TariffStep,
  providers: ProvidersStep,
  devices: DevicesStep,
  limits: LimitsStep,
  apply: ApplyStep,
  hand: HandStep,
};

export function SetupScreen({ about }: { about: string }) {
  const step = stepOf(about);
  useEffect(() => void open(), [step]);
  const Screen = SCREENS[step];
  return (
    <>
      <p class="eyebrow">{t("setup.where", { number: STEPS.indexOf(step) + 1, all: STEPS.length })}</p>
      <h1 tabIndex={-1}>{t(`setup.${step}.title`)}</h1>
      <p class="hint">{t(`setup.${step}.hint`)}</p>
      <Progress step={step} />
      {view.value ? <Screen key={step} /> : <Waiting />}
    </>
  );
}

function Waiting() {
  return (
    <p class={trouble.value ? "trouble" : "hint"} role="status">
      {trouble.value || t("app.loading")}
    </p>
  );
}

/** What was said so far, and the button that makes it hold. */
function ApplyStep() {
  const told = view.value;
  if (!told) return <Waiting />;
  const { site, tariff } = told;
  const rows: [string, string][] = [
    [t("setup.place"), `${site.name}, ${site.time_zone}, ${site.currency}`],
    [t("setup.tariff"), tariff ? tariffText(tariff.name, tariff.price_per_kwh, tariff.currency) : t("value.unknown")],
    [t("setup.providers"), told.providers.map((one) => one.id).join(", ") || t("setup.none")],
    [t("setup.devices"), told.devices.map((one) => one.name).join(", ") || t("setup.none")],
    [t("setup.limits"), site.import_limit_w === null ? t("setup.none") : power(site.import_limit_w)],
  ];
  const begin = async () => (told.is_pending && told.can_apply ? apply() : true);
  return (
    <StepForm step="apply" save={begin} action={told.is_pending && told.can_apply ? t("setup.apply.do") : t("setup.next")}>
      <dl class="facts">
        {rows.map(([what, said]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              <bdi>{plain(said, 300)}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      {[told.trouble, ...told.warnings].filter(Boolean).map((sentence) => (
        <p class="notice" key={sentence}>
          {plain(sentence, 400)}
        </p>
      ))}
      {told.is_pending && !told.can_apply && <p class="notice">{t("setup.apply.by_hand")}</p>}
      {!told.is_pending && <p class="hint">{t("setup.apply.holds")}</p>}
    </StepForm>
  );
}

function tariffText(name: string, price: number | null, currency: string): string {
  return price === null ? name : t("setup.tariff.price_of", { price: priceOf(price, currency) });
}
