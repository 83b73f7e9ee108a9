// German: the texts and the reasons, which are loaded together.
import words from "../../../drrouter_ui/words/de.json" with { type: "json" };
import reasons from "../../../drrouter_ui/words/reasons/de.json" with { type: "json" };

export { reasons, words };
