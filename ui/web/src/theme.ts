// Light, dark, or as the system has it; colours themselves stand in style.css.
import { signal } from "@preact/signals";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** Counts changes, so that whatever is drawn by hand is drawn again. */
export const themeChanges = signal(0);

export function showTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  themeChanges.value = themeChanges.peek() + 1;
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (themeChanges.value = themeChanges.peek() + 1));

/** A colour of the style sheet as the canvas takes it. */
export function colour(name: string): string {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
