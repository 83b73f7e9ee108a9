// A name or sentence from outside: one line of plain text that stands apart from the direction of ours.
import { plain } from "../words.ts";

export function Name({ text, most = 60 }: { text: string; most?: number }) {
  return <bdi>{plain(text, most)}</bdi>;
}
