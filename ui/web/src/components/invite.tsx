// A one-time link that signs a phone in, and its QR code.
import { useState } from "preact/hooks";
import { api } from "../api.ts";
import type { drrouter__adapters__door_views__LinkView } from "../api_types.ts";
import { isOwner } from "../house.ts";
import { order } from "../said.ts";
import { mayAct, session } from "../session.ts";
import { plain, t } from "../words.ts";
import { RoleChoice } from "./role_choice.tsx";

export function Invite() {
  const own = session.value?.role ?? "guest";
  const [role, choose] = useState<string>(own);
  const [given, show] = useState<drrouter__adapters__door_views__LinkView | null>(null);
  const roles = isOwner() ? ["owner", "resident", "guest"] : ["resident", "guest"];
  if (own === "guest") return null;
  return (
    <section class="card" aria-labelledby="invite">
      <h2 id="invite">{t("invite.title")}</h2>
      <p class="hint">{t("invite.hint")}</p>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          void order(async () => show(await api.makeLink(role === own ? null : role)));
        }}
      >
        <RoleChoice value={role} choose={choose} roles={roles} />
        <button type="submit" class="quiet" disabled={!mayAct.value}>
          {t("invite.make")}
        </button>
      </form>
      {given && (
        <div class="invitation" role="status">
          <img src={picture(given.svg)} alt={t("invite.qr")} width="220" height="220" />
          <p>
            {t("invite.given", { count: given.minutes })} <code>{plain(given.url, 500)}</code>
          </p>
        </div>
      )}
    </section>
  );
}

/** As an image and not as markup: whatever stands in it, nothing of it runs. */
function picture(svg: string): string {
  const whole = svg.includes("xmlns=") ? svg : svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
  return `data:image/svg+xml,${encodeURIComponent(whole)}`;
}
