"""This machine: which addresses lead to itself, where nobody else sees plain text; how others reach it."""

import socket
from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a host is this machine; a name other than ``localhost`` may point anywhere.

    >>> is_loopback("localhost"), is_loopback("[::1]"), is_loopback("192.168.1.4")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def names_of() -> tuple[str, ...]:
    """The names under which a home network usually knows this machine, each with its domain."""
    name = socket.gethostname().split(".")[0].lower()
    return (f"{name}.local",) if name and name != "localhost" else ()


def address_at_home() -> str | None:
    """The address of this machine in its network, None where it has none; nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        try:
            trial.connect(("192.0.2.1", 9))  # of no machine (RFC 5737); only the route to it is looked up
        except OSError:
            return None
        address = str(trial.getsockname()[0])
    return address if ip_address(address).is_private else None
