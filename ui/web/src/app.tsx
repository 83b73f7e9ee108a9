// The frame around every screen: menu, connection, the answer to the last order.
import { useEffect, useRef } from "preact/hooks";
import { Announcer } from "./components/announcer.tsx";
import { HouseButton, Standing } from "./components/house_bar.tsx";
import { Icon, Mark } from "./components/icon.tsx";
import { Looks } from "./components/looks.tsx";
import { Pill } from "./components/pill.tsx";
import { Toast } from "./components/toast.tsx";
import { route, to } from "./route.ts";
import { Door } from "./screens/door.tsx";
import { type ScreenRow, SCREENS } from "./screens/index.ts";
import { session } from "./session.ts";
import { leadToSetup } from "./setup_state.ts";
import { device, link, status } from "./state.ts";
import { language, plain, t } from "./words.ts";

export function App() {
  document.documentElement.lang = language.value;
  const who = session.value;
  if (!who) return <Waiting />;
  return who.state === "signed_in" ? <Frame /> : <Outside />;
}

function Waiting() {
  return (
    <main class="outside">
      <p class="hint" role="status">
        {link.value === "offline" ? t("app.unreachable") : t("app.loading")}
      </p>
    </main>
  );
}

function Outside() {
  return (
    <main class="outside">
      <Door />
    </main>
  );
}

function current(): ScreenRow {
  return SCREENS.find((row) => row.name === route.value.screen) ?? (SCREENS[0] as ScreenRow);
}

function Frame() {
  const row = current();
  const main = useRef<HTMLElement>(null);
  const { screen, about } = route.value;
  const arrived = useRef(true);

  useEffect(() => {
    const site = status.value?.site ?? "drrouter";
    document.title = `${title(row, about)} · ${plain(site, 60)}`;
  });
  useEffect(() => {
    if (arrived.current) arrived.current = false; // the page itself was opened: the browser places the focus
    else main.current?.querySelector<HTMLElement>("h1")?.focus();
    scrollTo(0, 0);
  }, [screen, about]);

  useEffect(leadToSetup, [link.value]);
  const Screen = row.screen;
  return (
    <div class={`frame ${link.value}`}>
      <a class="skip" href="#main" onClick={(event) => skip(event, main.current)}>
        {t("app.skip")}
      </a>
      <header class="top">
        <p class="brand">
          <Mark />
          <bdi>{plain(status.value?.site ?? "", 60)}</bdi>
        </p>
        <HouseButton />
        <Pill />
        <Standing />
      </header>
      <Menu chosen={row} />
      <main id="main" tabIndex={-1} ref={main}>
        <Screen about={about} />
      </main>
      <Toast />
      <Announcer />
    </div>
  );
}

function title(row: ScreenRow, about: string): string {
  const view = about ? device(about) : undefined;
  return view ? plain(view.profile.name, 60) : t(row.title);
}

function skip(event: Event, main: HTMLElement | null): void {
  event.preventDefault();
  main?.focus();
}

function Menu({ chosen }: { chosen: ScreenRow }) {
  const here = chosen.icon ? chosen.name : chosen.name === "device" ? "devices" : chosen.name;
  return (
    <nav class="menu" aria-label={t("nav.menu")}>
      <ul>
        {SCREENS.filter((row) => row.icon).map((row) => (
          <li key={row.name} class={row.first ? "first" : "later"}>
            <a href={to(row.name)} aria-current={row.name === here ? "page" : undefined}>
              {row.icon && <Icon name={row.icon} />}
              {t(row.title)}
            </a>
          </li>
        ))}
        <li class="last">
          <a href={to("more")} aria-current={here === "more" ? "page" : undefined}>
            <Icon name="more" />
            {t("nav.more")}
          </a>
        </li>
      </ul>
      <Looks />
    </nav>
  );
}
