// Asks the router for something that only one screen shows.
import { useEffect, useState } from "preact/hooks";
import { sentence } from "./said.ts";

export interface Asked<Answer> {
  answer: Answer | null;
  /** Why there is no answer. */
  trouble: string;
  again: () => void;
}

/** The answer, asked for anew whenever `about` changes; the last one stays meanwhile. */
export function useAsked<Answer>(ask: () => Promise<Answer>, about = ""): Asked<Answer> {
  const [answer, take] = useState<Answer | null>(null);
  const [trouble, tell] = useState("");
  const [turn, next] = useState(0);
  useEffect(() => {
    let gone = false;
    ask().then(
      (got) => {
        if (gone) return;
        take(() => got);
        tell("");
      },
      (error: unknown) => gone || tell(sentence(error)),
    );
    return () => {
      gone = true;
    };
  }, [about, turn]);
  return { answer, trouble, again: () => next((before) => before + 1) };
}
