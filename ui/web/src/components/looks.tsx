// Language, colours and the way out; kept by the router, so that every browser of the person knows them.
import { order } from "../said.ts";
import { chooseLanguage, chooseTheme, chosenLanguage, chosenTheme, session, signOut } from "../session.ts";
import { type Theme, THEMES } from "../theme.ts";
import { type Language, LANGUAGE_NAMES, LANGUAGES, plain, t } from "../words.ts";

export function Looks() {
  return (
    <div class="looks">
      <label class="field">
        {t("settings.language")}
        <select
          value={chosenLanguage.value}
          onChange={(event) => choose(() => chooseLanguage(event.currentTarget.value as Language | "auto"))}
        >
          <option value="auto">{t("settings.as_browser")}</option>
          {LANGUAGES.map((language) => (
            <option key={language} value={language} lang={language}>
              {LANGUAGE_NAMES[language]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        {t("settings.theme")}
        <select value={chosenTheme.value} onChange={(event) => choose(() => chooseTheme(event.currentTarget.value as Theme))}>
          {THEMES.map((theme) => (
            <option key={theme} value={theme}>
              {t(`settings.theme.${theme}`)}
            </option>
          ))}
        </select>
      </label>
      <button type="button" class="quiet" onClick={() => choose(signOut)}>
        {t("session.sign_out", { name: plain(session.value?.name ?? "", 40) })}
      </button>
    </div>
  );
}

function choose(act: () => Promise<unknown>): void {
  void order(act);
}
