// Reads out what a device begins or ends, for who does not see its card change; powers that waver stay silent.
import { useEffect, useRef, useState } from "preact/hooks";
import { stateOf } from "../device_state.ts";
import { devices, now, plan } from "../state.ts";
import { plain } from "../words.ts";
import { stateSentence } from "./device_card.tsx";

export function Announcer() {
  const known = useRef(new Map<string, string>());
  const [told, tell] = useState("");
  const states = devices.value.map((view) => ({ view, state: stateOf(view, plan.value, now.value) }));

  useEffect(() => {
    const changed = states.filter(({ view, state }) => {
      const before = known.current.get(view.profile.id);
      known.current.set(view.profile.id, state.key);
      return before !== undefined && before !== state.key;
    });
    const sentences = changed.map(({ view, state }) => `${plain(view.profile.name, 60)}: ${stateSentence(state)}`);
    if (sentences.length) tell(sentences.join(". "));
  });

  return (
    <p class="unseen" role="status">
      {told}
    </p>
  );
}
