"""The charging profiles that a charge point holds, and what they allow at an instant.

Of one purpose the highest stack level that is valid now wins; TxProfile overrules TxDefaultProfile. Keys are
those of the library, which writes the wire's names with underscores.

Source: OCPP 1.6, 3.13.2 and 3.13.3; OCPP 2.0.1 part 2, K, 3.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Period = Mapping[str, Any]


class Profiles:
    """The profiles of one outlet."""

    def __init__(self, lines: int, volts: float) -> None:
        """Begin with none."""
        self._lines, self._volts = lines, volts
        self._held: dict[tuple[str, int], Mapping[str, Any]] = {}

    def install(self, profile: Mapping[str, Any]) -> None:
        """Hold a profile; one of the same purpose and level is replaced."""
        self.remove(_number(profile))
        key = (str(profile["charging_profile_purpose"]), int(profile["stack_level"]))
        self._held[key] = profile

    def remove(self, number: int) -> bool:
        """Forget a profile; False where it was not held."""
        found = [key for key, profile in self._held.items() if _number(profile) == number]
        for key in found:
            del self._held[key]
        return bool(found)

    def end_charge(self) -> None:
        """Forget what held for one charge only."""
        self._held = {key: profile for key, profile in self._held.items() if key[0] != "TxProfile"}

    def __len__(self) -> int:
        """How many are held."""
        return len(self._held)

    def period(self, now: datetime) -> tuple[Period, str] | None:
        """The period that holds now and its unit, None where nothing limits."""
        ranked = sorted(self._held, key=lambda key: (key[0] == "TxProfile", key[1]), reverse=True)
        for key in ranked:
            if (period := _valid(self._held[key], now)) is not None:
                return period
        return None

    def power_w(self, now: datetime, most_w: float) -> float:
        """What is allowed now, in W."""
        held = self.period(now)
        if held is None:
            return most_w
        period, unit = held
        value = float(period.get("setpoint", period.get("limit", 0.0)))
        factor = 1.0 if unit == "W" else self._volts * int(period.get("number_phases", self._lines))
        return min(most_w, value * factor)


def _number(profile: Mapping[str, Any]) -> int:
    return int(profile["charging_profile_id"] if "charging_profile_id" in profile else profile["id"])


def _valid(profile: Mapping[str, Any], now: datetime) -> tuple[Period, str] | None:
    """The period of a profile that holds now."""
    schedules = profile["charging_schedule"]
    schedule = schedules[0] if isinstance(schedules, list) else schedules
    start = _instant(schedule["start_schedule"]) if "start_schedule" in schedule else now
    ends = [_instant(profile["valid_to"])] if "valid_to" in profile else []
    if "duration" in schedule:
        ends.append(start + timedelta(seconds=schedule["duration"]))
    if now < start or any(now >= end for end in ends):
        return None
    since = (now - start).total_seconds()
    begun = [part for part in schedule["charging_schedule_period"] if part["start_period"] <= since]
    return (begun[-1], str(schedule["charging_rate_unit"])) if begun else None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
