"""Makes a wish of what somebody asks of a device, where the device can serve it at all."""

from datetime import datetime
from zoneinfo import ZoneInfo

from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import ProfileFlexibility, RemoteStart, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.owner import called
from drrouter.domain.said import said
from drrouter.domain.wish import CycleWish, LevelWish, Wish
from drrouter.errors import MessageError, WishImpossibleError
from drrouter.router.desk import programme_of, too_late
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
    raise MessageError("wish", "device", said("refused.as_it_likes", name=profile.name))


def wish_said(wish: Wish, name: str, by: str, zone: ZoneInfo) -> str:
    """What somebody asks of a device of that name, in words."""
    if isinstance(wish, CycleWish):
        ready = clock_time(wish.ready_by, zone)
        return said("order.cycle", called(by), name=name, programme=wish.programme_id, ready=ready)
    return said("order.level", called(by), name=name, level=wish.level, ready=clock_time(wish.by, zone))


def unknown_programme(device_id: DeviceId, flexibility: ProfileFlexibility) -> MessageError:
    """That there is no such programme, and which there are."""
    known = ", ".join(programme.id for programme in flexibility.programmes)
    problem, remedy = said("refused.no_programme"), said("refused.known", names=known)
    return MessageError(device_id, "programme", problem, remedy)


def _cycle(
    device_id: DeviceId, machine: ProfileFlexibility, request: WishRequest, now: datetime, zone: ZoneInfo
) -> CycleWish:
    """A wish that some start can keep."""
    if machine.remote_start is RemoteStart.NONE:
        problem = said("refused.buttons", name=device_id)
        raise MessageError("wish", "device", problem, said("refused.start_there"))
    programme = programme_of(machine, request.programme_id)
    if programme is None:
        raise unknown_programme(device_id, machine)
    earliest = max(request.earliest or now, now)
    if earliest + programme.duration > request.ready_by:
        raise too_late(programme, request.ready_by, zone)
    return CycleWish(device_id, programme.id, earliest, request.ready_by)


def _level(device_id: DeviceId, store: StorageFlexibility, request: WishRequest, now: datetime) -> LevelWish:
    """A level inside the storage's bounds."""
    best = store.level_min if store.runs_downwards else store.level_max
    level = best if request.level is None else request.level
    if not store.level_min <= level <= store.level_max:
        low, high = store.level_min, store.level_max
        problem = said("refused.level", level=level, low=low, high=high, unit=store.unit)
        raise MessageError("wish", "level", problem, said("refused.within"))
    if request.ready_by <= now:
        raise WishImpossibleError(said("refused.wish_past"))
    return LevelWish(device_id, level, request.ready_by)
