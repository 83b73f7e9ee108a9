"""Gives a load that was held off its longest time a spell of power, whatever is ordered."""

from datetime import datetime, timedelta

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.flexibility import DemandFlexibility
from drrouter.domain.ids import DeviceId

SPELL = timedelta(minutes=15)
"""Interpretation: how long it then runs before it may be held off again; object models state no such time."""


class Recovery:
    """Remembers which demands are in their spell."""

    def __init__(self) -> None:
        """Nobody has been held off yet."""
        self._until: dict[DeviceId, datetime] = {}

    def due(self, profile: DeviceProfile, state: DeviceState, now: datetime) -> str:
        """Why the device must have power now, empty where it need not."""
        flexibility = profile.flexibility
        if not isinstance(flexibility, DemandFlexibility):
            return ""
        held_off = now - state.changed_at if state.on is False and state.changed_at else timedelta(0)
        if held_off >= flexibility.max_off:
            self._until[profile.id] = now + SPELL
        if self._until.get(profile.id, now) <= now:
            return ""
        return f"it was off for {flexibility.max_off.total_seconds() / 60:.0f} minutes, its longest time"
