"""Who a plug is: its names as they may be shown, and the MAC that tells it apart.

A socket of a strip is a device of its own. Its address is the strip's with ``#`` and the socket's id behind
it, and its own id, by which home files name it, is the strip's MAC with the same behind it.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from drrouter.adapters.devices.kasa.reach import HTTP_PORT, LEGACY, Reach
from drrouter.adapters.devices.names import cleaned, host_and_port, mac_from
from drrouter.domain.ids import DeviceId
from drrouter.ports import Found

DOMAIN = "kasa"
MOST_SOCKETS = 16

_CHILD_ID = re.compile(r"[0-9A-Za-z_\-]{1,64}")
_PROTOCOL = re.compile(r"(IOT|SMART)\.[A-Z]{1,12}(\.[0-9]{1,2})?")


def found_plugs(reach: Reach, info: Mapping[str, Any]) -> Iterator[Found]:
    """A plug, or each socket of a strip, as discovery reports it, from what the device says of itself."""
    model, mac = cleaned(info.get("model")), mac_of_info(info)
    common = {
        "model": model,
        "series": model.partition("(")[0].strip(),
        "host": reach.host,
        "protocol": "" if reach.is_legacy else reach.protocol,
    }
    where = f"{reach.host}:{reach.port}"
    if "children" not in info:
        yield _found(where, common | {"alias": cleaned(info.get("alias")), "mac": mac})
        return
    for child in children_of(info):
        own = {"alias": cleaned(child.get("alias")), "strip": mac, "id": f"{mac or reach.host}#{child['id']}"}
        yield _found(f"{where}#{child['id']}", common | own)


def _found(address: str, identity: Mapping[str, str]) -> Found:
    return Found(DOMAIN, address, {key: value for key, value in identity.items() if value})


def place_of(device_id: DeviceId, found: Found, legacy_port: int) -> tuple[Reach, str, str]:
    """Where a found plug is, its MAC, and the id of its socket where it is one of a strip.

    Raises:
        ValueError: the address is none.
    """
    where, _, child = found.address.partition("#")
    protocol = found.identity.get("protocol", LEGACY)
    host, port = host_and_port(device_id, where, legacy_port if protocol == LEGACY else HTTP_PORT)
    owner = found.identity.get("strip") or found.identity.get("id", "").partition("#")[0]
    return Reach(host, port, protocol), mac_from(found.identity.get("mac") or owner), child


def children_of(info: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The sockets that a strip lists, without those whose id is none."""
    children = info.get("children")
    for child in children[:MOST_SOCKETS] if isinstance(children, list) else ():
        if isinstance(child, dict) and isinstance(child.get("id"), str) and _CHILD_ID.fullmatch(child["id"]):
            yield child


def mac_of_info(info: Mapping[str, object]) -> str:
    """The MAC address that a plug states; its name differs between generations of firmware."""
    return mac_from(info.get("mac", info.get("mic_mac")))


def from_base64(text: object) -> str:
    """A name as Tapo plugs write it; "" where it is none.

    >>> from_base64("S2V0dGxl"), from_base64("?"), from_base64(None)
    ('Kettle', '', '')
    """
    try:
        return base64.b64decode(text[:1024], validate=True).decode() if isinstance(text, str) else ""
    except ValueError:
        return ""


def reach_of_answer(host: str, result: Mapping[str, Any]) -> Reach | None:
    """How to reach a plug that answers to the newer discovery, None where it is no plug or switch."""
    kind = cleaned(result.get("device_type")).upper()
    if "PLUG" not in kind and "SWITCH" not in kind:
        return None
    given = result.get("mgt_encrypt_schm")
    scheme = given if isinstance(given, dict) else {}
    version = f".{level}" if isinstance(level := scheme.get("lv"), int) and level >= 1 else ""
    encryption = cleaned(scheme.get("encrypt_type")).upper() or "UNKNOWN"
    secure = "S" if scheme.get("is_support_https") is True else ""
    protocol = f"{kind.partition('.')[0]}.{encryption}{secure}{version}"
    port = scheme.get("http_port")
    usable = port if isinstance(port, int) and 0 < port < 65536 else HTTP_PORT
    return Reach(host, usable, protocol if _PROTOCOL.fullmatch(protocol) else "SMART.UNKNOWN")
