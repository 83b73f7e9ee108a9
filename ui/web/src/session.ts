// Who is here: nobody yet (claim), nobody (sign in), or a person with their language and theme.
import { computed, effect, signal } from "@preact/signals";
import { api, Refused, type Session, Unreachable, whenSignedOut } from "./api.ts";
import { listen, stop } from "./live.ts";
import { sentence } from "./said.ts";
import { link } from "./state.ts";
import { showTheme, type Theme } from "./theme.ts";
import { type Language, LANGUAGES, preferred, speak } from "./words.ts";

export const session = signal<Session | null>(null);
/** A code or a link that came with the address; it is taken out of it at once. */
export const brought = signal<{ claim?: string; link?: string }>({});
/** Why a link that was followed opened nothing. */
export const linkRefused = signal("");
export const chosenTheme = signal<Theme>("auto");
export const chosenLanguage = signal<Language | "auto">("auto");

/** Whether an order would be taken now: the router is there, and the person is no guest, who only looks. */
export const mayAct = computed(() => link.value === "live" && session.value?.role !== "guest");

const RETRY_MS = 3_000;

/** Find out who is here, as often as it takes for the router to answer. */
export async function begin(): Promise<void> {
  takeFromAddress();
  whenSignedOut(() => session.value && show({ ...session.value, state: "signed_out" }));
  await speak(preferred(navigator.languages));
  for (;;) {
    try {
      await follow();
      show(session.value ?? (await api.session()));
      return;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      link.value = "offline";
      await new Promise((resume) => setTimeout(resume, RETRY_MS));
    }
  }
}

function takeFromAddress(): void {
  const found = /^#(claim|link)=(.+)$/.exec(location.hash);
  if (!found) return;
  brought.value = { [found[1] as string]: decodeURIComponent(found[2] as string) };
  history.replaceState(null, "", `${location.pathname}${location.search}#/today`);
}

/** A one-time link signs in by itself. */
async function follow(): Promise<void> {
  const token = brought.value.link;
  if (!token) return;
  brought.value = {};
  try {
    session.value = await api.follow(token);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    linkRefused.value = sentence(error);
  }
}

/** Take a session that the router has given. */
export function show(given: Session): void {
  session.value = given;
  if (given.state !== "signed_in") return stop();
  listen();
  void useSettings();
}

let choices = 0;

/** Look and speak as was chosen before, unless the person chooses anew while the answer is on its way. */
async function useSettings(): Promise<void> {
  const before = choices;
  try {
    const settings = await api.settings();
    if (before !== choices) return;
    chosenTheme.value = settings.theme as Theme;
    chosenLanguage.value = settings.language as Language | "auto";
  } catch {
    // the browser's own language and theme will do
  }
}

export async function chooseTheme(theme: Theme): Promise<void> {
  choices += 1;
  chosenTheme.value = theme;
  await api.changeSettings({ theme });
}

export async function chooseLanguage(language: Language | "auto"): Promise<void> {
  choices += 1;
  chosenLanguage.value = language;
  await api.changeSettings({ language });
}

export async function signOut(): Promise<void> {
  await api.signOut();
  show(await api.session());
}

effect(() => showTheme(chosenTheme.value));
effect(() => {
  const chosen = chosenLanguage.value;
  const known = chosen !== "auto" && LANGUAGES.includes(chosen);
  void speak(known ? chosen : preferred(navigator.languages));
});
