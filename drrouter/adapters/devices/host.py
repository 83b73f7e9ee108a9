"""The form of a host in the tables of integrations: a name or an address alone, without port or spaces."""

import re
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field

_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")


def a_host(text: str) -> str:
    """The host as it is written.

    Raises:
        ValueError: it is neither a name nor an address.

    >>> a_host("meter.local"), a_host("192.168.1.7"), a_host("fe80::7%eth0")
    ('meter.local', '192.168.1.7', 'fe80::7%eth0')
    """
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        ip_address(bare)
    except ValueError:
        is_number = bare.replace(".", "").isdecimal()
        if is_number or not _NAME.fullmatch(text):
            raise ValueError(
                f"{text[:60]!r} is no host; write its name or address alone, such as 192.168.1.7"
            ) from None
    return text


Host = Annotated[str, Field(min_length=1, max_length=253), AfterValidator(a_host)]
