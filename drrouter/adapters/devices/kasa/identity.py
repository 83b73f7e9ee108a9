"""Who a plug is: its names, cleaned because anybody may have chosen them, and the MAC that tells it apart."""

import re
import unicodedata
from collections.abc import Mapping

from drrouter.domain.ids import DeviceId
from drrouter.ports import Found

LONGEST_NAME = 64
DOMAIN = "kasa"

_MAC = re.compile(r"[0-9A-F]{12}")


def cleaned(text: object) -> str:
    r"""A name fit to be shown and compared: no control or direction marks, 64 characters at most.

    >>> cleaned("Wash\u202eer\x1b[31m  2")
    'Washer[31m 2'
    """
    if not isinstance(text, str):
        return ""
    shown = (character for character in text[: 4 * LONGEST_NAME] if _may_be_shown(character))
    return " ".join("".join(shown).split())[:LONGEST_NAME].strip()


def _may_be_shown(character: str) -> bool:
    """Whether it is no control, format, surrogate or private character; white space is, and shrinks later."""
    return character.isspace() or not unicodedata.category(character).startswith("C")


def mac_from(text: object) -> str:
    """A MAC address as ``AA:BB:CC:DD:EE:FF``, "" where the text is none.

    >>> mac_from("50-c7-bf-00-00-01"), mac_from("50C7BF000001"), mac_from("plug")
    ('50:C7:BF:00:00:01', '50:C7:BF:00:00:01', '')
    """
    digits = re.sub(r"[:.\- ]", "", text).upper() if isinstance(text, str) else ""
    return ":".join(re.findall("..", digits)) if _MAC.fullmatch(digits) else ""


def found_plug(host: str, port: int, info: Mapping[str, object]) -> Found:
    """A plug as discovery reports it, from its ``get_sysinfo``."""
    model = cleaned(info.get("model"))
    identity = {
        "alias": cleaned(info.get("alias")),
        "mac": mac_of_info(info),
        "model": model,
        "series": model.partition("(")[0].strip(),
        "host": host,
    }
    return Found(DOMAIN, f"{host}:{port}", {key: value for key, value in identity.items() if value})


def mac_of_info(info: Mapping[str, object]) -> str:
    """The MAC address that a plug states; its name differs between generations of firmware."""
    return mac_from(info.get("mac", info.get("mic_mac")))


def host_and_port(device_id: DeviceId, found: Found, usual_port: int) -> tuple[str, int]:
    """Take ``host:port`` apart; the port may be left out.

    Raises:
        ValueError: the address is none.
    """
    host, _, port = found.address.partition(":")
    if not host or (port and not port.isdigit()):
        raise ValueError(f"{device_id}: {found.address!r} is no address of a plug; write host or host:port")
    return host, int(port or usual_port)
