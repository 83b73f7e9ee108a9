"""Who may come to the local API, and what a route must say of them.

Where a request comes from is never a reason to trust it: every one carries a token or a session's cookie, on
loopback too. The few routes by which somebody signs in say so themselves: ``ANYONE``.
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
    VISITOR = "visitor"
    """Somebody who has not signed in; no token and no person is ever of this role."""


OWNER = frozenset({Role.OWNER})
PEOPLE = frozenset({Role.OWNER, Role.RESIDENT})
READERS = PEOPLE | {Role.GUEST}
READERS_AND_APPLIANCE = READERS | {Role.APPLIANCE}
PEOPLE_AND_APPLIANCE = PEOPLE | {Role.APPLIANCE}
ANYONE = READERS | {Role.VISITOR}
"""Open to those who have shown nothing yet: a route must name it, and a test knows every one that does."""

PERSON_ROLES = (Role.OWNER, Role.RESIDENT, Role.GUEST)
"""What a person may be, the one who may most first."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever a token or a session belongs to.

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

    def may_lend(self, role: Role) -> bool:
        """Whether the person may let somebody in who may do as much as this role."""
        ranks = PERSON_ROLES
        return self.role in ranks and role in ranks and ranks.index(self.role) <= ranks.index(role)

    def speaks_of(self, device_id: str | None) -> bool:
        """Whether the principal may be told anything of the device."""
        return self.role is not Role.APPLIANCE or device_id == self.device_id
