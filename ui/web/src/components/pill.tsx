// Whether the router tells us what happens, or what is shown is only the last that was known.
import { link } from "../state.ts";
import { t } from "../words.ts";

export function Pill() {
  return (
    <p class={`pill ${link.value}`} role="status">
      <span class="dot" aria-hidden="true" />
      {t(`link.${link.value}`)}
    </p>
  );
}
