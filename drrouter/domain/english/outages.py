"""Power cuts that providers announce; see the package."""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "outage.announced": "{provider} announced a power cut from {since:clock} to {until:clock}",
        "outage.coming": "{provider} announced a power cut from {since:clock} to {until:clock}.",
    }
)
