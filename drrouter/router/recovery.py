"""Gives a load that was held off its longest time, or a freezer that was near its bound, a spell of power.

Without it a freezer at its bound would be switched every other minute while an order holds, which ruins a
compressor: a little colder it would count as free, a little warmer as in need again.
"""

from datetime import datetime, timedelta

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.flexibility import DemandFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.router.safety import GUARD_SHARE, must_run

SPELL = timedelta(minutes=15)
"""Interpretation: how long it then runs before it may be held off again; object models state no such time."""

COOLED_SHARE = 0.2
"""Interpretation: a freezer that safety switched on cools by this share of its range before it may be off."""


class Recovery:
    """Remembers which devices are in their spell."""

    def __init__(self) -> None:
        """Nobody has been held off yet."""
        self._until: dict[DeviceId, datetime] = {}
        self._cooling: set[DeviceId] = set()

    def cooling(self, profile: DeviceProfile, state: DeviceState) -> str:
        """Why a freezer goes on cooling that was near its bound, empty where it need not.

        It stands as high as the bound itself: nobody may switch it off before.
        """
        store = profile.flexibility
        if not isinstance(store, StorageFlexibility) or state.level is None:
            return ""
        if must_run(profile, state):
            self._cooling.add(profile.id)
        share = (store.level_max - state.level) / (store.level_max - store.level_min)
        if share >= GUARD_SHARE + COOLED_SHARE:
            self._cooling.discard(profile.id)
        return "it was near its bound and cools down first" if profile.id in self._cooling else ""

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
