"""How instants, powers, energies and money read in the planner's sentences."""

from datetime import UTC, date, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from drrouter.planner.problem import Problem


def clock(problem: Problem, instant: datetime) -> str:
    """The instant as people at the home read it: ``09:00``, with the day where that is not today."""
    zone = _zone(problem.timezone)
    local, today = instant.astimezone(zone), problem.now.astimezone(zone).date()
    mark = " UTC" if zone is UTC else ""
    return f"{local:%H:%M}{mark}" if local.date() == today else f"{local:%a %H:%M}{mark}"


def local_day(problem: Problem, instant: datetime) -> date:
    """The day that people at the home call it."""
    return instant.astimezone(_zone(problem.timezone)).date()


def watts(power_w: float) -> str:
    """A power, in W below 1 kW and in kW above."""
    return f"{power_w:.0f} W" if abs(power_w) < 1000 else f"{power_w / 1000:.2f} kW"


def kwh(energy_kwh: float) -> str:
    """An energy, in kWh."""
    return f"{energy_kwh:.2f} kWh"


def money(problem: Problem, amount: float) -> str:
    """An amount in the plan's currency; small ones keep a third digit."""
    digits = 2 if abs(amount) >= 0.1 else 3
    return f"{amount:.{digits}f} {problem.currency}"


@cache
def _zone(name: str) -> tzinfo:
    """The zone of that name; UTC, and said so, where there is none."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
