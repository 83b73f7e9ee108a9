"""What both families of OCPP can do for a device; how they say it is theirs.

1.6        v16.Dialect16
2.0.1 2.1  v2.Dialect2
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from drrouter.adapters.devices.ocpp.limits import Limit, limit_for
from drrouter.adapters.devices.ocpp.rpc import Json, UnsupportedError
from drrouter.adapters.devices.ocpp.station import Outlet, Station, Told
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError

MEASURANDS = "Energy.Active.Import.Register,Power.Active.Import,SoC"
TOLERANCE_W = 50.0
"""By how much a charge point's schedule may allow more than it was told, for it rounds too."""

_log = logging.getLogger(__name__)


class Dialect(Protocol):
    """One version of OCPP, for one charge point."""

    @property
    def answers(self) -> Mapping[str, Callable[[Json], Json]]:
        """The actions that a charge point may call, and what answers each."""
        ...

    async def prepare(self) -> None:
        """After it connected: learn what it can do, and make it measure.

        Raises:
            DeviceSilentError: it does not answer.
        """
        ...

    async def limit(self, outlet: Outlet, power_w: float, until: datetime | None) -> float:
        """Let an outlet use no more than a power until an instant; return what it is allowed now, in W.

        Raises:
            UnsupportedError: it takes no limits.
            DeviceError: it refuses, is silent, or acknowledges and does something else.
        """
        ...

    async def cut_by_default(self, outlet: Outlet, cut: bool) -> None:
        """What holds where no limit does: nothing at all, or all that there is.

        Raises:
            DeviceError: as above.
        """
        ...

    async def start(self, outlet: Outlet) -> None:
        """Begin a charge.

        Raises:
            DeviceError: it refuses or is silent.
        """
        ...

    async def stop(self, outlet: Outlet) -> None:
        """End the charge under way.

        Raises:
            DeviceError: likewise.
        """
        ...


async def ask(station: Station, action: str, payload: Json) -> Json:
    """Call a charge point.

    Raises:
        DeviceSilentError: it is not connected, or does not answer.
        DeviceRefusedError: it answers with an error.
    """
    if station.link is None:
        raise DeviceSilentError("it is not connected")
    answer = await station.link.call(action, payload)
    station.heard_at = station.clock.now()
    return answer


async def demand(station: Station, action: str, payload: Json) -> None:
    """Call a charge point, and insist that it accepts.

    Raises:
        UnsupportedError: it can not do this.
        DeviceError: it refuses or is silent.
    """
    status = (await ask(station, action, payload)).get("status")
    if status == "NotSupported":
        raise UnsupportedError(f"it does not support {action}")
    if status != "Accepted":
        raise DeviceRefusedError(f"it answers {action} with {status!s:.20}")


async def try_to(station: Station, action: str, payload: Json) -> dict[str, Any]:
    """Call a charge point for something that it may refuse; the answer, empty where it did.

    Raises:
        DeviceSilentError: it does not answer at all.
    """
    try:
        return await ask(station, action, payload)
    except DeviceSilentError:
        raise
    except DeviceError as error:
        _log.debug("%s: %s: %s", station.id, action, error)
        return {}


def nothing(_: Json) -> Json:
    """The empty answer of what is merely taken note of."""
    return {}


def limit_of(station: Station, power_w: float) -> Limit:
    """A power as this charge point takes it."""
    return limit_for(
        power_w,
        unit=station.abilities.unit,
        lines=station.lines,
        switches_lines=station.abilities.switches_lines,
        volts=station.settings.voltage_v,
    )


def check_settled(told_w: float, allowed_w: float | None) -> None:
    """Compare what was told, in W, with what its schedule says, None where it does not say.

    Less is no refusal: the installation or the car may bear no more.

    Raises:
        DeviceRefusedError: its schedule allows more.
    """
    if allowed_w is not None and allowed_w > told_w + TOLERANCE_W:
        raise DeviceRefusedError(f"it acknowledged {told_w:.0f} W, but its schedule allows {allowed_w:.0f} W")


async def learn_limits(station: Station, allowed: Callable[[Outlet], Awaitable[float | None]]) -> None:
    """Ask what each outlet is allowed that we told nothing, as after a restart of the router.

    Raises:
        DeviceSilentError: it does not answer at all.
    """
    for outlet in station.outlets.values():
        if outlet.told is None and (allowed_w := await allowed(outlet)) is not None:
            outlet.told = Told(allowed_w, None, allowed_w)
