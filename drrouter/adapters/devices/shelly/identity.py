"""Who a Shelly is, and which of its channels are devices of their own.

The address of a channel is the device's with ``#`` and the component's name behind it, and its own id, by
which home files name it, is the device's MAC with the same behind it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from drrouter.adapters.devices.names import cleaned, host_and_port, mac_from
from drrouter.adapters.devices.shelly.components import OURS, part
from drrouter.adapters.devices.shelly.session import Place
from drrouter.domain.ids import DeviceId
from drrouter.ports import Found

DOMAIN = "shelly"
USUAL_PORT = 80
MOST_CHANNELS = 20
FIRST_GENERATION = "devices of the first generation are not driven"

Json = Mapping[str, Any]


def generation_of(info: Json) -> int:
    """Which generation a device says that it is of, 0 where it is no Shelly; the first does not say."""
    if not mac_from(info.get("mac")):
        return 0
    generation = info.get("gen")
    if isinstance(generation, int) and 2 <= generation < 100:
        return generation
    return 1 if isinstance(info.get("type"), str) else 0


def found_channels(place: Place, info: Json, config: Json) -> Iterator[Found]:
    """Each channel that is a device, from what the device says of itself and how it is configured."""
    mac = mac_from(info.get("mac"))
    names = sorted(filter(OURS.fullmatch, config))[:MOST_CHANNELS]
    own_name = cleaned(part(part(config, "sys"), "device").get("name")) or cleaned(info.get("name"))
    device = own_name or cleaned(info.get("id"))
    for name in names:
        kind = name.partition(":")[0]
        alone = len(names) == 1
        identity = _common(place, info) | {
            "alias": cleaned(part(config, name).get("name")) or (device if alone else f"{device} {name}"),
            "mac": mac if alone else "",
            "id": f"{mac}#{name}",
            "component": kind,
            "class": "switch" if kind == "switch" else "meter",
        }
        yield _found(f"{place.host}:{place.port}#{name}", identity)


def found_locked(place: Place, info: Json, reason: str) -> Found:
    """A device whose channels are not driven, with the reason."""
    alias = cleaned(info.get("name")) or cleaned(info.get("id"))
    identity = {"alias": alias, "mac": mac_from(info.get("mac")), "locked": reason}
    return _found(f"{place.host}:{place.port}", _common(place, info) | identity)


def _common(place: Place, info: Json) -> dict[str, str]:
    return {
        "model": cleaned(info.get("model")) or cleaned(info.get("type")),
        "series": cleaned(info.get("app")),
        "manufacturer": "Shelly",
        "generation": str(generation_of(info)),
        "host": place.host,
    }


def _found(address: str, identity: Mapping[str, str]) -> Found:
    return Found(DOMAIN, address, {key: value for key, value in identity.items() if value})


def place_of(device_id: DeviceId, found: Found) -> tuple[Place, str, str]:
    """Where a found channel is, the MAC of its device, and its component; "" where it has none.

    Raises:
        ValueError: the address is none.
    """
    where, _, component = found.address.partition("#")
    host, port = host_and_port(device_id, where, USUAL_PORT)
    owner = found.identity.get("mac") or found.identity.get("id", "").partition("#")[0]
    return Place(host, port), mac_from(owner), component if OURS.fullmatch(component) else ""
