// The frame of one step of the setup: where one is, what it is about, back, skip and next.
import type { ComponentChildren } from "preact";
import { to } from "../route.ts";
import { after, before, type Step, STEPS } from "../setup_plan.ts";
import { busy, trouble } from "../setup_state.ts";
import { t } from "../words.ts";

export function go(step: Step | null): void {
  location.hash = step ? to("setup", step) : to("today");
}

export function Progress({ step }: { step: Step }) {
  const here = STEPS.indexOf(step);
  return (
    <nav aria-label={t("setup.steps")}>
      <ol class="steps">
        {STEPS.map((one, index) => (
          <li key={one} class={index < here ? "passed" : undefined}>
            <a href={to("setup", one)} aria-current={one === step ? "step" : undefined}>
              <span class="number" aria-hidden="true">
                {index + 1}
              </span>
              <span class="what">{t(`setup.${one}`)}</span>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface StepParts {
  step: Step;
  /** Sends what was said; whether the router took it. */
  save: () => Promise<boolean>;
  action?: string;
  children: ComponentChildren;
}

export function StepForm({ step, save, action, children }: StepParts) {
  const back = before(step);
  const next = after(step);

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (await save()) go(next);
  }

  return (
    <form class="card step" onSubmit={send}>
      {children}
      <p class="trouble" role="alert">
        {trouble.value}
      </p>
      <p class="acts">
        {back && (
          <button type="button" class="quiet" onClick={() => go(back)}>
            {t("setup.back")}
          </button>
        )}
        {next && (
          <button type="button" class="quiet" onClick={() => go(next)}>
            {t("setup.skip")}
          </button>
        )}
        <button type="submit" class="next" disabled={busy.value}>
          {action ?? t("setup.next")}
        </button>
      </p>
    </form>
  );
}
