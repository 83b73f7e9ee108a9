"""Verifies by measured power that what was held off comes back, and says so where it does not.

    held off --told to run again--> awaited --draws--> verified
                                       '--its time is over--> missed --draws--> verified

Interpretation: a freezer is awaited whoever held it off, anything else where an order did; a cold or a warm
store whose level is known is awaited when its own thermostat would start it, anything else within two hours.
A car and a machine may have a good reason to take nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.said import said
from drrouter.router.kinds import Kind, kind_of
from drrouter.router.levers import Setpoint, obeys
from drrouter.router.registry import Seat

LEAST = timedelta(minutes=15)
"""A compressor waits a while by itself before it starts again."""

MOST = timedelta(hours=2)

_AWAITED = frozenset({Kind.COLD, Kind.WARM, Kind.LOAD, Kind.MODES})


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a device: it is missed, or draws again after having been missed."""

    device_id: DeviceId
    sentence: str
    missed: bool


@dataclass(slots=True)
class _Wait:
    """A device that was given its power back ``since``, and should draw by ``due``."""

    since: datetime
    due: datetime
    missed: bool = False


class Restores:
    """Who was held off, who is awaited and who is missed."""

    def __init__(self) -> None:
        """Nobody was held off yet."""
        self._held: set[DeviceId] = set()
        self._waits: dict[DeviceId, _Wait] = {}

    def step(self, seats: Iterable[Seat], told: dict[DeviceId, Setpoint], now: datetime) -> list[Finding]:
        """Look at every device once; returns what is new."""
        found = []
        for seat in seats:
            wish = told.get(seat.profile.id)
            if wish is None or kind_of(seat.profile) not in _AWAITED:
                self._forget(seat.profile.id)
            elif seat.state.presence is Presence.PRESENT and obeys(seat.state, wish):
                found += self._look(seat, wish, now)
        return found

    def _forget(self, device_id: DeviceId) -> None:
        self._held.discard(device_id)
        self._waits.pop(device_id, None)

    def _look(self, seat: Seat, wish: Setpoint, now: datetime) -> list[Finding]:
        """A device that does as it is told."""
        name = seat.profile.id
        if wish.power_w <= 0:
            self._waits.pop(name, None)
            if wish.urgent or kind_of(seat.profile) is Kind.COLD:
                self._held.add(name)
            return []
        if name in self._held:
            self._held.discard(name)
            self._waits[name] = _Wait(now, now + expected_within(seat.profile, seat.state))
        return self._await(seat, now) if name in self._waits else []

    def _await(self, seat: Seat, now: datetime) -> list[Finding]:
        """A device that should draw again."""
        profile, wait = seat.profile, self._waits[seat.profile.id]
        if (seat.state.power_w or 0.0) > profile.binding.start_above_w:
            del self._waits[profile.id]
            return [Finding(profile.id, said("device.back", name=profile.name), False)] if wait.missed else []
        if wait.missed or now < wait.due or seat.state.power_w is None:
            return []
        wait.missed = True
        return [Finding(profile.id, self._sentence(seat, now), True)]

    def _sentence(self, seat: Seat, now: datetime) -> str:
        minutes = (now - self._waits[seat.profile.id].since) / timedelta(minutes=1)
        return said("device.not_back", name=seat.profile.name, minutes=minutes)

    def missed(self) -> frozenset[DeviceId]:
        """Who should draw power again and does not."""
        return frozenset(name for name, wait in self._waits.items() if wait.missed)


def expected_within(profile: DeviceProfile, state: DeviceState) -> timedelta:
    """How long after it was given power a device may take until it draws."""
    store, thermostat = profile.flexibility, profile.binding.thermostat
    if not isinstance(store, StorageFlexibility) or thermostat is None or state.level is None:
        return MOST
    short_by = thermostat[1] - state.level if store.runs_downwards else state.level - thermostat[1]
    pace = abs(store.drift_per_h) or abs(store.loss_per_h * (state.level - store.ambient))
    if short_by <= 0 or pace <= 0:
        return LEAST
    return LEAST + timedelta(hours=min(short_by / pace, 24.0))
