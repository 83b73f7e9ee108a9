// French: the texts and the reasons, which are loaded together.
import words from "../../../drrouter_ui/words/fr.json" with { type: "json" };
import reasons from "../../../drrouter_ui/words/reasons/fr.json" with { type: "json" };

export { reasons, words };
