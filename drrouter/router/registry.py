"""Who lives here: every device with its profile, its handle once found, and its present state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from drrouter.domain.device import DeviceProfile, DeviceState, KnownLevel, Presence
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quantity, Reading
from drrouter.domain.said import said
from drrouter.domain.wish import RunningCycle
from drrouter.errors import DeviceUnknownError
from drrouter.ports import Device, Found, Stated
from drrouter.router.kinds import Kind, is_steered, kind_of
from drrouter.router.levers import Lever, Setpoint, lever_of
from drrouter.router.observe import Happening, Watch, observe, works
from drrouter.router.sightings import Propose, Sightings

REMEMBERED = timedelta(hours=26)
"""How long it is known in which modes a device was: a day of the home, the longest one."""


@dataclass(slots=True)
class Seat:
    """One device's place in the registry.

    Attributes:
        watched: whether it is only watched, and nothing told to it.
        told_at: when it last did as it was told.
        stays: since when it was in which mode, the last day through.
    """

    profile: DeviceProfile
    state: DeviceState = field(default_factory=DeviceState)
    watch: Watch = field(default_factory=Watch)
    handle: Device | None = None
    found: Found | None = None
    watched: bool = False
    told_at: datetime | None = None
    stays: list[tuple[datetime, int]] = field(default_factory=list)


class Registry:
    """The devices of the home by id, and what was seen on the home network.

    Attributes:
        blind: the integrations that cannot look for devices now, each with the reason.
    """

    def __init__(self, profiles: Iterable[DeviceProfile], propose: Propose = lambda _: None) -> None:
        """Know the devices of the home file; none has been seen yet.

        Args:
            profiles: the devices.
            propose: names the object model that fits a found device best.
        """
        self.seats = {profile.id: Seat(profile, _first_state(profile)) for profile in profiles}
        self.sightings = Sightings(propose)
        self.blind: dict[str, str] = {}

    def seat(self, device_id: DeviceId) -> Seat:
        """The place of a device.

        Raises:
            DeviceUnknownError: no device of that id is in the home file.
        """
        if device_id not in self.seats:
            known = ", ".join(sorted(self.seats)) or "none"
            raise DeviceUnknownError(said("refused.no_device", device=device_id, names=known))
        return self.seats[device_id]

    def profiles(self) -> tuple[DeviceProfile, ...]:
        """Every device's profile."""
        return tuple(seat.profile for seat in self.seats.values())

    def steered(self) -> tuple[DeviceProfile, ...]:
        """The profile of every device that the router steers; the others it only watches."""
        seats = [seat for seat in self.seats.values() if not seat.watched]
        return tuple(seat.profile for seat in seats if is_steered(seat.profile, seat.state))

    def watch(self, device_id: DeviceId, watched: bool) -> None:
        """Only watch a device from now on, or steer it."""
        self.seat(device_id).watched = watched

    def amend(self, profile: DeviceProfile) -> None:
        """Replace a device's profile by one that was learnt; its state stays."""
        self.seat(profile.id).profile = profile

    def state(self, device_id: DeviceId) -> DeviceState:
        """What is known of a device now."""
        return self.seat(device_id).state

    def directory(self, site_names: Iterable[str] = ()) -> dict[str, tuple[DeviceId, ...]]:
        """Which devices a target name means: device ids, groups, and names of the whole site (-> ()).

        A device that is only watched is meant by no name.
        """
        names: dict[str, tuple[DeviceId, ...]] = {}
        for profile in (seat.profile for seat in self.seats.values() if not seat.watched):
            for name in (profile.id, *profile.groups):
                names[name] = (*names.get(name, ()), profile.id)
        return names | dict.fromkeys(site_names, ())

    def restore(self, running: dict[DeviceId, RunningCycle], levels: dict[DeviceId, KnownLevel]) -> None:
        """Take back what was known before a restart; the next reading brings the levels up to date."""
        for device_id, seat in self.seats.items():
            seat.state = replace(seat.state, running=running.get(device_id))
            if known := levels.get(device_id):
                seat.state = replace(
                    seat.state,
                    level=known.level,
                    seen_at=known.at,
                    energy_wh=known.energy_wh,
                    plugged=True,
                )

    def known_level(self, device_id: DeviceId) -> KnownLevel | None:
        """What is worth keeping of a storage; None where nothing is known, or no car is there."""
        state = self.seat(device_id).state
        if state.level is None or state.seen_at is None or not state.plugged:
            return None
        return KnownLevel(state.level, state.seen_at, state.energy_wh)

    def take_in(self, device_id: DeviceId, readings: Sequence[Reading]) -> tuple[Happening, ...]:
        """Let readings change the state; return what they revealed."""
        seat = self.seat(device_id)
        seen = observe(seat.profile, seat.state, seat.watch, readings)
        seat.state, seat.watch = seen.state, seen.watch
        if seen.state.mode is not None and seen.state.seen_at is not None:
            self._entered(seat, seen.state.mode, seen.state.seen_at)
        return seen.happened

    def told(self, device_id: DeviceId, wish: Setpoint, at: datetime) -> None:
        """The device did as it was told."""
        seat, lever = self.seat(device_id), lever_of(self.seat(device_id).state)
        seat.told_at = at
        state = replace(seat.state, presence=Presence.PRESENT)
        if lever is Lever.POWER:
            state = replace(state, setpoint_w=wish.power_w)
        elif lever is Lever.MODE and wish.mode is not None:
            self._entered(seat, wish.mode, at)
            since = at if state.mode != wish.mode else state.mode_since
            state = replace(state, mode=wish.mode, mode_since=since)
        on: bool | None = wish.power_w > 0
        if lever in (Lever.POWER, Lever.MODE):
            on = state.on if Quantity.SWITCH in seat.watch.told else works(seat.profile, state)
        if state.on != on:
            state = replace(state, on=on, changed_at=at)
            seat.watch = replace(seat.watch, above_since=None, below_since=None, pressed_at=None)
        seat.state = state

    @staticmethod
    def _entered(seat: Seat, mode: int, at: datetime) -> None:
        """Remember in which mode a device was when, as far back as a day of the home reaches."""
        while len(seat.stays) > 1 and at - seat.stays[1][0] >= REMEMBERED:
            seat.stays.pop(0)
        if not seat.stays or seat.stays[-1][1] != mode:
            seat.stays.append((at, mode))

    def began(self, cycle: RunningCycle) -> None:
        """We started a cycle."""
        seat = self.seat(cycle.device_id)
        seat.state = replace(seat.state, running=cycle)

    def gone(self, device_id: DeviceId) -> bool:
        """The device does not answer; returns whether that is news."""
        seat = self.seat(device_id)
        news = seat.state.presence is not Presence.GONE
        seat.state = replace(seat.state, presence=Presence.GONE)
        return news

    def is_fresh(self, device_id: DeviceId, now: datetime) -> bool:
        """Whether the device answers, and what it told last is not too old to be trusted.

        Where the device states no time, its integration says when it is silent: one that tells changes alone
        may have nothing to tell for hours.
        """
        state = self.seat(device_id).state
        if state.presence is not Presence.PRESENT or state.seen_at is None:
            return False
        limit = self.silent_after(device_id)
        return limit is None or now - state.seen_at <= limit

    def silent_after(self, device_id: DeviceId) -> timedelta | None:
        """How old its readings may get; None where it states no time."""
        handle: object = self.seat(device_id).handle
        return handle.silent_after if isinstance(handle, Stated) else None

    def fallen_silent(self, now: datetime) -> tuple[DeviceId, ...]:
        """Who counts as present and has said nothing for longer than it may."""
        seats = self.seats.items()
        present = [name for name, seat in seats if seat.state.presence is Presence.PRESENT]
        return tuple(name for name in present if not self.is_fresh(name, now))

    def is_present(self, device_id: DeviceId) -> bool:
        """Whether the device answered last time."""
        return self.seat(device_id).state.presence is Presence.PRESENT


def _first_state(profile: DeviceProfile) -> DeviceState:
    """Before the first reading: nothing is known, and no car is taken to be there."""
    return DeviceState(plugged=kind_of(profile) is not Kind.CAR)
