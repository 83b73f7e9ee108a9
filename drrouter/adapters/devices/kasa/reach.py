"""How a Kasa or Tapo device is reached: where it listens, what it speaks, and whose account opens it.

IOT.XOR       legacy, port 9999, no account         Kasa's commands
IOT.KLAP.2    HTTP, logged in (2: newer hashes)     Kasa's commands
SMART.KLAP.2  HTTP, logged in                       Tapo's commands

By KLAP a plug must show first that it knows the account, and the password itself is never sent. The login of
the oldest Tapo firmware (SMART.AES) hands the password to whatever calls itself a plug, so it is not driven.
"""

from dataclasses import dataclass, field

LEGACY = "IOT.XOR"
DRIVEN = frozenset({LEGACY, "IOT.KLAP", "SMART.KLAP"})
HTTP_PORT = 80


@dataclass(frozen=True, slots=True)
class Account:
    """A TP-Link account; the empty one opens plugs that never belonged to any.

    Attributes:
        password: never shown.
    """

    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a device listens and what it speaks.

    Attributes:
        protocol: as drawn above.
    """

    host: str
    port: int
    protocol: str = LEGACY

    @property
    def is_legacy(self) -> bool:
        """Whether it speaks the protocol that needs no account."""
        return self.protocol == LEGACY

    @property
    def is_smart(self) -> bool:
        """Whether it understands Tapo's commands instead of Kasa's."""
        return self.protocol.startswith("SMART.")

    @property
    def is_driven(self) -> bool:
        """Whether we speak that too."""
        return ".".join(self.protocol.split(".")[:2]) in DRIVEN
