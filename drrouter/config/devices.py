"""Turns the devices of a home file into profiles, with their object models and standing wishes."""

from collections import Counter
from dataclasses import replace

from drrouter.config.document import DevicePart, MatchPart, WishesPart
from drrouter.config.home import DeviceConfig
from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import Line, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.errors import DocumentError
from drrouter.objectmodel import Catalogue, profile_of
from drrouter.router.household import StandingWish


def devices_of(parts: tuple[DevicePart, ...], catalogue: Catalogue, where: str) -> tuple[DeviceConfig, ...]:
    """Every device of the home file.

    Args:
        parts: the devices as written.
        catalogue: where their object models are.
        where: the home file, for the sentence.

    Raises:
        DocumentError: an id or a match is used twice, a model or parameter is unknown, a wish does not fit.
    """
    _refuse_twins(parts, where)
    return tuple(_device(part, catalogue, where) for part in parts)


def _refuse_twins(parts: tuple[DevicePart, ...], where: str) -> None:
    """Ids differ, no group is called like a device, and no two devices are recognised by the same marks.

    One device at most measures the whole home.
    """
    for second in [part for part in parts if part.role == "site_meter"][1:]:
        raise DocumentError(
            where, f"device[{second.id}].role", "is the second site meter", "Keep one at the grid connection"
        )
    ids = Counter(part.id for part in parts)
    matches = Counter(tuple(sorted(_match(part.match).items())) for part in parts)
    for part in parts:
        key = f"device[{part.id}]"
        if ids[part.id] > 1:
            raise DocumentError(where, f"{key}.id", "is used twice", "Give each device an id of its own")
        if matches[tuple(sorted(_match(part.match).items()))] > 1:
            raise DocumentError(
                where, f"{key}.match", "recognises another device too", "Name what tells them apart"
            )
        for group in part.groups:
            if group in ids:
                raise DocumentError(
                    where, f"{key}.groups", f"{group!r} is the id of a device", "Give the group another name"
                )


def _device(part: DevicePart, catalogue: Catalogue, where: str) -> DeviceConfig:
    """One device."""
    key = f"device[{part.id}]"
    model = catalogue.model(part.model, where, f"{key}.model")
    try:
        profile = profile_of(
            model,
            DeviceId(part.id),
            part.name,
            parameters=part.parameters,
            line=Line(part.line),
            groups=part.groups,
            choice=part.flexibility,
        )
    except DocumentError as error:
        raise DocumentError(where, f"{key}.{error.key}", error.problem, error.remedy) from error
    standing = _standing(part.wishes, profile, where, f"{key}.wishes") if part.wishes else None
    profile = replace(profile, watch_only=part.watch_only, may_discharge=part.may_discharge)
    return DeviceConfig(profile, part.integration, _match(part.match), standing, part.role)


def _match(part: MatchPart) -> dict[str, str]:
    """The marks to compare, each as integrations report it."""
    marks: dict[str, str] = {}
    if part.alias is not None:
        marks["alias"] = part.alias
    if part.id is not None:
        marks["id"] = part.id
    if part.mac is not None:
        marks["mac"] = part.mac.upper().replace("-", ":")
    if part.address is not None:
        marks["address" if _has_port(part.address) else "host"] = part.address
    return marks


def _has_port(address: str) -> bool:
    """Whether a port stands behind the host; an IPv6 host has colons of its own."""
    return address.count(":") == 1 or "]:" in address


def _standing(wishes: WishesPart, profile: DeviceProfile, where: str, key: str) -> StandingWish:
    """What a car shall have by its daily departure; without a target, all that it can hold."""
    flexibility = profile.flexibility
    if not isinstance(flexibility, StorageFlexibility) or flexibility.runs_downwards:
        raise DocumentError(
            where, key, f"{profile.model_id} holds no charge to be ready by a time", "Take the wishes out"
        )
    size = flexibility.level_max - flexibility.level_min
    level = flexibility.level_target
    if wishes.target_wh is not None:
        level = flexibility.level_min + wishes.target_wh
    if wishes.target_percent is not None:
        level = flexibility.level_min + size * wishes.target_percent / 100
    if level > flexibility.level_max:
        raise DocumentError(
            where,
            f"{key}.target_wh",
            f"is more than the battery's {size:g} Wh",
            "Lower it, or set battery_wh",
        )
    return StandingWish(level, wishes.by)
