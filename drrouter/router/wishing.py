"""Makes a wish of what somebody asks of a device, where the device can serve it at all."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import ProfileFlexibility, RemoteStart, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.owner import called
from drrouter.domain.said import said
from drrouter.domain.wish import CycleWish, LevelWish, Wish
from drrouter.errors import MessageError, WishImpossibleError
from drrouter.router.desk import programme_of
from drrouter.router.facade import WishRequest
from drrouter.router.local import clock_time


def wish_of(profile: DeviceProfile, request: WishRequest, now: datetime, zone: ZoneInfo) -> Wish:
    """A cycle for a machine, a level for a store.

    Raises:
        WishImpossibleError: it cannot be met, whatever the prices are.
        MessageError: the request does not suit the device.
    """
    flexibility = profile.flexibility
    if isinstance(flexibility, ProfileFlexibility):
        return _cycle(profile.id, flexibility, request, now, zone)
    if isinstance(flexibility, StorageFlexibility):
        return _level(profile.id, flexibility, request, now)
    raise MessageError("wish", "device", f"{profile.name} runs as it likes; nothing can be asked of it")


def wish_said(wish: Wish, name: str, by: str, zone: ZoneInfo) -> str:
    """What somebody asks of a device of that name, in words."""
    if isinstance(wish, CycleWish):
        ready = clock_time(wish.ready_by, zone)
        return said("order.cycle", called(by), name=name, programme=wish.programme_id, ready=ready)
    return said("order.level", called(by), name=name, level=wish.level, ready=clock_time(wish.by, zone))


def unknown_programme(device_id: DeviceId, flexibility: ProfileFlexibility) -> MessageError:
    """That there is no such programme, and which there are."""
    known = ", ".join(programme.id for programme in flexibility.programmes)
    return MessageError(device_id, "programme", "no such programme", f"Known: {known}")


def _cycle(
    device_id: DeviceId, machine: ProfileFlexibility, request: WishRequest, now: datetime, zone: ZoneInfo
) -> CycleWish:
    """A wish that some start can keep."""
    if machine.remote_start is RemoteStart.NONE:
        raise MessageError("wish", "device", f"{device_id} starts at its own buttons only", "Start it there")
    programme = programme_of(machine, request.programme_id)
    if programme is None:
        raise unknown_programme(device_id, machine)
    earliest = max(request.earliest or now, now)
    if earliest + programme.duration > request.ready_by:
        minutes = round(programme.duration / timedelta(minutes=1))
        raise WishImpossibleError(
            f"{programme.name} takes {minutes} minutes and cannot be done by"
            f" {clock_time(request.ready_by, zone)}. Allow a later time."
        )
    return CycleWish(device_id, programme.id, earliest, request.ready_by)


def _level(device_id: DeviceId, store: StorageFlexibility, request: WishRequest, now: datetime) -> LevelWish:
    """A level inside the storage's bounds."""
    best = store.level_min if store.runs_downwards else store.level_max
    level = best if request.level is None else request.level
    if not store.level_min <= level <= store.level_max:
        bounds = f"{store.level_min:g} to {store.level_max:g} {store.unit}"
        raise MessageError("wish", "level", f"{level:g} is not within {bounds}", "Name a level within")
    if request.ready_by <= now:
        raise WishImpossibleError("The time asked for is past. Allow a later time.")
    return LevelWish(device_id, level, request.ready_by)
