// The answer to the last order, with the way back where there is one.
import { order, said } from "../said.ts";
import { t } from "../words.ts";

export function Toast() {
  const shown = said.value;
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown && (
        <div class={`toast ${shown.tone}`}>
          <p>{shown.text}</p>
          {shown.undo && (
            <button type="button" class="quiet" onClick={() => undo(shown.undo)}>
              {t("act.undo")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

async function undo(act: (() => Promise<unknown>) | undefined): Promise<void> {
  said.value = null;
  if (act) await order(act);
}
