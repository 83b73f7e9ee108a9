// Which notices stand below the headline of Today: what the headline says already is not said twice.
import { plain } from "./words.ts";

const MOST = 300;

/** The notices, each as one line of moderate length. */
export function noticesOf(all: string[], headline: string): string[] {
  return [...new Set(all.map((notice) => plain(notice, MOST)))].filter((notice) => notice && !headline.includes(notice));
}
