"""Whether an address leads to this machine itself, where nobody else sees what travels in plain text."""

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
