// What a browser says it is, short: "Firefox, Android".
const BROWSERS = [/\bEdg/, /\bFirefox/, /\bChrom/, /\bSafari/];
const BROWSER_NAMES = ["Edge", "Firefox", "Chrome", "Safari"];
const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux"];

/** Both names where they are known, else its own words. */
export function browserOf(about: string): string {
  const browser = BROWSER_NAMES[BROWSERS.findIndex((mark) => mark.test(about))];
  const system = SYSTEMS.find((name) => about.includes(name));
  return browser && system ? `${browser}, ${system}` : about;
}
