"""Who lives here: every device with its profile, its handle once found, and its present state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from drrouter.domain.device import DeviceProfile, DeviceState, KnownLevel, Presence
from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Reading
from drrouter.domain.wish import RunningCycle
from drrouter.errors import DeviceUnknownError
from drrouter.ports import Device, Found
from drrouter.router.observe import Happening, Watch, observe
from drrouter.router.sightings import Propose, Sightings


@dataclass(slots=True)
class Seat:
    """One device's place in the registry.

    Attributes:
        watched: whether it is only watched, and nothing told to it.
    """

    profile: DeviceProfile
    state: DeviceState = field(default_factory=DeviceState)
    watch: Watch = field(default_factory=Watch)
    handle: Device | None = None
    found: Found | None = None
    watched: bool = False


class Registry:
    """The devices of the home by id, and what was seen on the home network."""

    def __init__(self, profiles: Iterable[DeviceProfile], propose: Propose = lambda _: None) -> None:
        """Know the devices of the home file; none has been seen yet.

        Args:
            profiles: the devices.
            propose: names the object model that fits a found device best.
        """
        self.seats = {profile.id: Seat(profile, _first_state(profile)) for profile in profiles}
        self.sightings = Sightings(propose)

    def seat(self, device_id: DeviceId) -> Seat:
        """The place of a device.

        Raises:
            DeviceUnknownError: no device of that id is in the home file.
        """
        if device_id not in self.seats:
            known = ", ".join(sorted(self.seats)) or "none"
            raise DeviceUnknownError(f"No device is called {device_id!r} here. Known devices: {known}.")
        return self.seats[device_id]

    def profiles(self) -> tuple[DeviceProfile, ...]:
        """Every device's profile."""
        return tuple(seat.profile for seat in self.seats.values())

    def steered(self) -> tuple[DeviceProfile, ...]:
        """The profile of every device that the router steers; the others it only watches."""
        return tuple(seat.profile for seat in self.seats.values() if not seat.watched)

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
        for profile in self.steered():
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
        return seen.happened

    def switched(self, device_id: DeviceId, on: bool, at: datetime) -> None:
        """The device acknowledged a switch."""
        seat = self.seat(device_id)
        if seat.state.on != on:
            seat.state = replace(seat.state, on=on, changed_at=at, presence=Presence.PRESENT)
            seat.watch = Watch()

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

    def is_present(self, device_id: DeviceId) -> bool:
        """Whether the device answered last time."""
        return self.seat(device_id).state.presence is Presence.PRESENT


def _first_state(profile: DeviceProfile) -> DeviceState:
    """Before the first reading: nothing is known, and no car is taken to be there."""
    flexibility = profile.flexibility
    is_car = isinstance(flexibility, StorageFlexibility) and not flexibility.runs_downwards
    return DeviceState(plugged=not is_car)
