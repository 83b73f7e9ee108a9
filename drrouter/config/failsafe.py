"""A provider's failsafe in the home file, ``[provider.failsafe]``: the limit that holds while it is mute."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from drrouter.config.parts import Id, Part, Watts
from drrouter.domain.device import DeviceProfile
from drrouter.domain.ids import DeviceId
from drrouter.errors import DocumentError
from drrouter.router.failsafe import Failsafe

ASKED_TIMES = 3
"""A provider whose silence counts is asked so often within its heartbeat: one lost answer is no silence."""


class FailsafePart(Part):
    """The limit that holds while nothing is heard of a network provider."""

    heartbeat_s: Annotated[float, Field(ge=10, le=86_400)]
    """Seconds without any word of it after which the limit comes into force."""
    limit_w: Watts | None = None
    """The most that may be taken from the grid then, in W."""
    export_limit_w: Watts | None = None
    """The most that may be fed into the grid then, in W."""
    duration_s: Annotated[float, Field(ge=0, le=7 * 86_400)] = 7200.0
    """Seconds that it holds at least, unless the provider is heard again and sends a fresh limit."""
    members: Annotated[tuple[Id, ...], Field(max_length=100)] = ()
    """Devices or groups that it binds; without them, the whole home."""
    until_heard: bool = True
    """Whether it holds until the provider is heard again; false: for duration_s and no longer."""

    @model_validator(mode="after")
    def _orders_something(self) -> Self:
        if self.limit_w is None and self.export_limit_w is None:
            raise ValueError("limits nothing; add limit_w, export_limit_w or both")
        if not self.until_heard and not self.duration_s:
            raise ValueError("would hold for no time at all; give duration_s or leave out until_heard")
        return self


def failsafe_of(
    part: FailsafePart | None, profiles: Iterable[DeviceProfile], where: str, key: str
) -> Failsafe | None:
    """The failsafe with the devices that it binds.

    Raises:
        DocumentError: it names a device or group that the home does not have.
    """
    if part is None:
        return None
    return Failsafe(
        heartbeat=timedelta(seconds=part.heartbeat_s),
        duration=timedelta(seconds=part.duration_s),
        limit_w=part.limit_w,
        export_limit_w=part.export_limit_w,
        members=_members(part.members, tuple(profiles), where, key),
        until_heard=part.until_heard,
    )


def _members(
    names: Iterable[str], profiles: tuple[DeviceProfile, ...], where: str, key: str
) -> tuple[DeviceId, ...]:
    """The devices that are meant, each once."""
    found: dict[DeviceId, None] = {}
    for name in names:
        meant = [one.id for one in profiles if name in (one.id, *one.groups)]
        if not meant:
            known = sorted({name for one in profiles for name in (one.id, *one.groups)})
            raise DocumentError(
                where,
                f"{key}.members",
                f"names {name!r}, which is no device and no group",
                f"Known are: {', '.join(known) or 'none'}",
            )
        found |= dict.fromkeys(meant)
    return tuple(found)
