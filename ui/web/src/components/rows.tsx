// What lists and forms of the settings share: a card with a title, lines with a way out, a form in a row.
import type { ComponentChildren } from "preact";
import { link } from "../state.ts";
import { Confirm, type ConfirmParts } from "./confirm.tsx";
import { Name } from "./name.tsx";

interface CardParts {
  /** Its id on the page. */
  id: string;
  title: string;
  hint?: string;
  children: ComponentChildren;
}

export function Card({ id, title, hint, children }: CardParts) {
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {hint && <p class="hint">{hint}</p>}
      {children}
    </section>
  );
}

interface LineParts {
  name: string;
  /** What else tells it from others, as it came from outside. */
  more?: string;
  hint: string;
  /** How it goes, where it may. */
  out?: ConfirmParts | undefined;
}

export function Line({ name, more, hint, out }: LineParts) {
  return (
    <li>
      <span>
        <strong>
          <Name text={name} />
        </strong>{" "}
        {more && <Name text={more} most={80} />} <span class="hint">{hint}</span>
      </span>
      {out && <Confirm {...out} />}
    </li>
  );
}

interface RowParts {
  action: string;
  send: () => Promise<unknown>;
  children: ComponentChildren;
}

/** Fields beside each other, and the button that sends them. */
export function RowForm({ action, send, children }: RowParts) {
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void send();
  }
  return (
    <form class="row" onSubmit={submit}>
      {children}
      <button type="submit" class="quiet" disabled={link.value !== "live"}>
        {action}
      </button>
    </form>
  );
}
