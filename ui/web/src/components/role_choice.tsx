// Who may do how much.
import { plain, t } from "../words.ts";

export function roleName(role: string): string {
  return role === "owner" || role === "resident" || role === "guest" || role === "appliance" ? t(`role.${role}`) : plain(role, 20);
}

export function RoleChoice({ value, choose, roles }: { value: string; choose: (role: string) => void; roles: readonly string[] }) {
  return (
    <label class="field">
      {t("people.role")}
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {roles.map((role) => (
          <option key={role} value={role}>
            {roleName(role)}
          </option>
        ))}
      </select>
    </label>
  );
}
