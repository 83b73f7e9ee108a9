"""Gives a load that was held off its longest time, or a freezer that was near its bound, a spell of power.

Without it a freezer at its bound would be switched every other minute while an order holds, which ruins a
compressor: a little colder it would count as free, a little warmer as in need again.
"""

from datetime import datetime, timedelta

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.flexibility import DemandFlexibility, ModesFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.said import said
from drrouter.router.kinds import Kind, kind_of
from drrouter.router.safety import GUARD_SHARE, left, must_run

_THERMAL = {Kind.COLD: said("safe.cools"), Kind.WARM: said("safe.warms")}

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
        store, kind = profile.flexibility, kind_of(profile)
        if not isinstance(store, StorageFlexibility) or state.level is None or kind not in _THERMAL:
            return ""
        if must_run(profile, state):
            self._cooling.add(profile.id)
        if left(store, state.level) >= GUARD_SHARE + COOLED_SHARE:
            self._cooling.discard(profile.id)
        if profile.id not in self._cooling:
            return ""
        return _THERMAL[kind]

    def due(self, profile: DeviceProfile, state: DeviceState, now: datetime) -> str:
        """Why the device must have power now, empty where it need not."""
        longest = _longest(profile)
        held_off = now - state.changed_at if state.on is False and state.changed_at else timedelta(0)
        if longest is not None and held_off >= longest:
            self._until[profile.id] = now + SPELL
        if longest is None or self._until.get(profile.id, now) <= now:
            return ""
        return said("safe.longest_off", minutes=longest / timedelta(minutes=1))


def _longest(profile: DeviceProfile) -> timedelta | None:
    """How long a load, or a device in the mode in which it rests, may be held off; None where nobody says."""
    match profile.flexibility:
        case DemandFlexibility(max_off=max_off):
            return max_off
        case ModesFlexibility(modes):
            return min(modes, key=lambda mode: mode.power_w).longest
        case _:
            return None
