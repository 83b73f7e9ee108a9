"""What a VTN is told: its clients, what each role may do, and where it keeps its state."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path


class Role(StrEnum):
    """What a client is; decides its scopes."""

    BL = "bl"
    VEN = "ven"


class Scope(StrEnum):
    """What a token opens (openadr3.yaml, ``securitySchemes``)."""

    READ_ALL = "read_all"
    READ_BL = "read_bl"
    READ_TARGETS = "read_targets"
    READ_VEN_OBJECTS = "read_ven_objects"
    WRITE_PROGRAMS = "write_programs"
    WRITE_EVENTS = "write_events"
    WRITE_REPORTS = "write_reports"
    WRITE_SUBSCRIPTIONS = "write_subscriptions"
    WRITE_VENS = "write_vens"


SCOPES: dict[Role, frozenset[Scope]] = {
    Role.BL: frozenset(
        {
            Scope.READ_ALL,
            Scope.READ_BL,
            Scope.WRITE_PROGRAMS,
            Scope.WRITE_EVENTS,
            Scope.WRITE_SUBSCRIPTIONS,
            Scope.WRITE_VENS,
        }
    ),
    Role.VEN: frozenset(
        {
            Scope.READ_TARGETS,
            Scope.READ_VEN_OBJECTS,
            Scope.WRITE_REPORTS,
            Scope.WRITE_SUBSCRIPTIONS,
            Scope.WRITE_VENS,
        }
    ),
}
"""Business logic reads everything and writes what it owns; a VEN reads and writes its own."""


@dataclass(frozen=True, slots=True)
class ClientCredential:
    """One client that may ask for tokens.

    Attributes:
        secret: in clear, or hashed by ``hash_secret``.
        ven_name: the one name under which this VEN may enrol; None lets it choose.
        targets: what the VEN is always granted once it has enrolled; business logic grants more.
    """

    client_id: str
    secret: str = field(repr=False)
    role: Role
    ven_name: str | None = None
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VtnConfig:
    """How a VTN behaves.

    Attributes:
        state: the SQLite file that keeps all objects; None keeps them in memory only.
        token_life: how long an access token is valid.
        base_path: what stands before every route, for instance ``/openadr3/3.1.0``.
        public_url: how clients reach the VTN where it stands behind a proxy; else their own ``Host`` says.
        callbacks_on_this_machine: whether webhooks may be plain http on loopback (demo, tests); other
            webhooks are always https.
        challenge_callbacks: whether a new callback must first echo a random value, as OpenADR demands.
        callback_ca: PEM file of the authority that vouches for the callbacks; None is the system's.
        targets_must_be_asked: whether a VEN sees objects with targets only where its query names one of
            them; else a query without targets finds all that it was granted.
        most_objects: of each kind.
        mqtt: the broker on which notices are published, ``mqtts://host:port``; ``mqtt://`` on this machine.
        mqtt_ca: PEM file of the authority that vouches for the broker; None is the system's.
    """

    clients: tuple[ClientCredential, ...]
    state: Path | None = None
    token_life: timedelta = timedelta(hours=1)
    base_path: str = ""
    public_url: str | None = None
    callbacks_on_this_machine: bool = False
    challenge_callbacks: bool = True
    callback_ca: Path | None = None
    targets_must_be_asked: bool = False
    most_objects: int = 100_000
    mqtt: str | None = None
    mqtt_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that showed a valid token."""

    client_id: str
    role: Role
    scopes: frozenset[Scope]

    @property
    def is_bl(self) -> bool:
        """Whether it is business logic."""
        return self.role is Role.BL
