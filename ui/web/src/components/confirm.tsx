// A button for what cannot be undone: it asks once more, in its own place.
import { useState } from "preact/hooks";
import { link } from "../state.ts";
import { t } from "../words.ts";

export interface ConfirmParts {
  label: string;
  /** Of what, for who hears the button alone. */
  about: string;
  question: string;
  act: () => Promise<unknown>;
}

export function Confirm({ label, about, question, act }: ConfirmParts) {
  const [asked, ask] = useState(false);
  const away = link.value !== "live";
  if (!asked) {
    return (
      <button type="button" class="quiet" disabled={away} onClick={() => ask(true)}>
        {label}
        <span class="unseen"> {about}</span>
      </button>
    );
  }
  return (
    <span class="acts confirm" role="group" aria-label={question}>
      <span>{question}</span>
      <button type="button" class="grave" disabled={away} ref={focused} onClick={() => void act().finally(() => ask(false))}>
        {label}
      </button>
      <button type="button" class="quiet" onClick={() => ask(false)}>
        {t("ask.keep")}
      </button>
    </span>
  );
}

function focused(button: HTMLButtonElement | null): void {
  button?.focus();
}
