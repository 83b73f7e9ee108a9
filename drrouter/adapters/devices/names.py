"""Names and hardware addresses as devices state them, cleaned because anybody may have chosen them (S5)."""

import re

from drrouter.adapters.names import LONGEST_NAME, cleaned
from drrouter.domain.ids import DeviceId

__all__ = ["LONGEST_NAME", "cleaned", "host_and_port", "mac_from"]

_MAC = re.compile(r"[0-9A-F]{12}")


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
