// Which screen is shown: `#/device/washer` is the screen "device" of "washer". Addresses hold nothing else.
import { signal } from "@preact/signals";

export interface Route {
  screen: string;
  about: string;
}

export function routeOf(hash: string): Route {
  const [screen = "", about = ""] = hash.replace(/^#\/?/, "").split("/");
  try {
    return { screen: screen || "today", about: decodeURIComponent(about) };
  } catch {
    return { screen: "today", about: "" };
  }
}

/** The address of a screen, relative to the page. */
export function to(screen: string, about = ""): string {
  return about ? `#/${screen}/${encodeURIComponent(about)}` : `#/${screen}`;
}

export const route = signal<Route>(routeOf(globalThis.location?.hash ?? ""));

globalThis.addEventListener?.("hashchange", () => (route.value = routeOf(location.hash)));
