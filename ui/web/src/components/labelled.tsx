// An input or a choice with its label, and a hint that belongs to it.
import { useId } from "preact/hooks";

interface Common {
  label: string;
  value: string;
  set: (value: string) => void;
  hint?: string;
}

interface TypedParts extends Common {
  kind?: "text" | "password" | "url" | "number";
  required?: boolean;
  /** What a browser may fill in. */
  complete?: string;
}

/** What a phone offers to type with. */
const KEYBOARDS = { text: "text", url: "url", number: "decimal" } as const;

export function Typed({ label, value, set, hint, kind = "text", required = false, complete = "off" }: TypedParts) {
  const id = useId();
  const parts = {
    value,
    required,
    autoComplete: complete,
    "aria-describedby": hint ? id : undefined,
    onInput: (event: { currentTarget: HTMLInputElement }) => set(event.currentTarget.value),
  };
  return (
    <label class="field">
      {label}
      {kind === "password" ? <input type="password" {...parts} /> : <input type="text" inputMode={KEYBOARDS[kind]} {...parts} />}
      {hint && (
        <span class="hint" id={id}>
          {hint}
        </span>
      )}
    </label>
  );
}

interface ChosenParts extends Common {
  options: readonly (readonly [value: string, text: string])[];
}

export function Chosen({ label, value, set, options }: ChosenParts) {
  return (
    <label class="field">
      {label}
      <select value={value} onChange={(event) => set(event.currentTarget.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
