"""Who may come to the local API, and what a route must say of them.

Where a request comes from is never a reason to trust it: every one carries a token, on loopback too.
"""

from dataclasses import dataclass
from enum import StrEnum

from drrouter.domain.ids import DeviceId


class Role(StrEnum):
    """Roles of section S2; a service provider comes by its own link, not by this API."""

    OWNER = "owner"
    RESIDENT = "resident"
    GUEST = "guest"
    APPLIANCE = "appliance"


OWNER = frozenset({Role.OWNER})
PEOPLE = frozenset({Role.OWNER, Role.RESIDENT})
READERS = PEOPLE | {Role.GUEST}
READERS_AND_APPLIANCE = READERS | {Role.APPLIANCE}
PEOPLE_AND_APPLIANCE = PEOPLE | {Role.APPLIANCE}


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever a token belongs to.

    Attributes:
        name: by which decisions are journalled.
        device_id: the one device that an appliance may speak of; None for people.

    Raises:
        ValueError: an appliance without a device, or a person with one.
    """

    role: Role
    name: str
    device_id: DeviceId | None = None

    def __post_init__(self) -> None:
        """An appliance is one device; nobody else is."""
        if (self.role is Role.APPLIANCE) != (self.device_id is not None):
            raise ValueError("an appliance's token names its device, and only an appliance's")

    def speaks_of(self, device_id: str | None) -> bool:
        """Whether the principal may be told anything of the device."""
        return self.role is not Role.APPLIANCE or device_id == self.device_id
