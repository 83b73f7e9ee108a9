// What a row of the history is called: a device by its name, what is drawn beside the devices by ours.
import type { UsedView } from "../api_types.ts";
import { plain, t } from "../words.ts";

export function usedName(used: UsedView): string {
  return used.device_id === null ? t("history.base") : plain(used.name, 40);
}
