"""Names and hardware addresses as devices state them, cleaned because anybody may have chosen them (S5)."""

import re
import unicodedata

from drrouter.domain.ids import DeviceId

LONGEST_NAME = 64

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


def host_and_port(device_id: DeviceId, address: str, usual_port: int) -> tuple[str, int]:
    """Take ``host:port`` apart; the port may be left out.

    Raises:
        ValueError: the address is none.
    """
    host, _, port = address.partition(":")
    if not host or (port and not port.isdigit()):
        raise ValueError(f"{device_id}: {address!r} is no address of a device; write host or host:port")
    return host, int(port or usual_port)
