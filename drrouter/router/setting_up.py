"""Setting a home up, as clients see it: what the home file says, what to choose from, what may be changed.

A change goes into the home file at once, checked as a whole before; it holds for the running home after
``apply``. Tables of a change have the keys of the home file; None takes a key out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from drrouter.domain.said import said
from drrouter.errors import InputError

Table = Mapping[str, Any]
"""Keys of a table of the home file; None takes one out."""


@dataclass(frozen=True, slots=True)
class SiteSetup:
    """The home.

    Attributes:
        currency: ISO 4217.
        latitude, longitude: in degrees north and east.
        import_limit_w, line_limit_w: what the main fuse, and that of each line, bear.
    """

    name: str
    time_zone: str
    currency: str
    latitude: float | None = None
    longitude: float | None = None
    import_limit_w: float | None = None
    line_limit_w: float | None = None


@dataclass(frozen=True, slots=True)
class TariffSetup:
    """What energy costs.

    Attributes:
        follows_provider: a provider's prices take the place of its own.
        price_per_kwh, feed_in_per_kwh: of a tariff that was made here; None for any other.
    """

    id: str
    name: str
    currency: str
    follows_provider: bool
    price_per_kwh: float | None = None
    feed_in_per_kwh: float | None = None


@dataclass(frozen=True, slots=True)
class ProviderSetup:
    """A service provider, or a feed of prices; its secret is told to nobody."""

    id: str
    kind: str
    role: str | None
    url: str
    client_id: str = ""
    format: str = ""
    has_secret: bool = False


@dataclass(frozen=True, slots=True)
class DeviceSetup:
    """A device of the home file."""

    id: str
    name: str
    model: str
    integration: str
    match: Mapping[str, str]
    watch_only: bool
    parameters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetupView:
    """What the home file says now.

    Attributes:
        file: its name.
        integrations: those that have a table of their own.
        settings: what these tables say, by integration; without lists, secrets and names of files.
        is_pending: the running home does not know all of it yet.
        can_apply: the router can begin anew with it by itself.
        warnings: what is allowed and yet worth a look.
        trouble: why the file cannot be used as it is now, or could not be applied; "" where all is well.
    """

    file: str
    site: SiteSetup
    tariff: TariffSetup | None
    providers: tuple[ProviderSetup, ...]
    devices: tuple[DeviceSetup, ...]
    integrations: tuple[str, ...]
    is_pending: bool
    can_apply: bool
    warnings: tuple[str, ...] = ()
    trouble: str = ""
    settings: Mapping[str, Table] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A time zone with its country (ISO 3166) and that one's currency, "" where they are not known."""

    name: str
    country: str
    currency: str


@dataclass(frozen=True, slots=True)
class TariffChoice:
    """A tariff that ships with drrouter."""

    id: str
    name: str
    note: str
    country: str
    time_zone: str
    currency: str
    follows_provider: bool


@dataclass(frozen=True, slots=True)
class ParameterChoice:
    """A figure that an object model leaves to the home."""

    id: str
    name: str
    default: float
    min: float
    max: float


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """An object model."""

    id: str
    name: str
    device_class: str
    parameters: tuple[ParameterChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class IntegrationChoice:
    """An integration with the JSON Schema of its table in the home file."""

    domain: str
    title: str
    form: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SetupChoices:
    """What there is to choose from; devices that were found are told by ``discovered``."""

    zones: tuple[ZoneChoice, ...]
    tariffs: tuple[TariffChoice, ...]
    models: tuple[ModelChoice, ...]
    integrations: tuple[IntegrationChoice, ...]
    formats: tuple[str, ...]


class SetupFacade(Protocol):
    """What clients may ask of the home file.

    Every change is checked with all that the file says before it is written, and raises ``InputError`` with
    file, key and remedy where it is refused; the file is then as it was.
    """

    async def view(self) -> SetupView:
        """What the home file says now."""
        ...

    async def choices(self) -> SetupChoices:
        """What there is to choose from."""
        ...

    async def site(self, keys: Table) -> SetupView:
        """Change keys of ``[site]``."""
        ...

    async def tariff(self, keys: Table) -> SetupView:
        """Take a shipped tariff by its ``id``, or one of one ``price_per_kwh``."""
        ...

    async def provider(self, keys: Table, secret: str | None = None) -> SetupView:
        """Add the provider of this ``id``, or change the keys of one that is there."""
        ...

    async def drop_provider(self, name: str) -> SetupView:
        """Take a provider out, and its secret."""
        ...

    async def device(self, keys: Table) -> SetupView:
        """Add the device of this ``id``, or change the keys of one that is there."""
        ...

    async def drop_device(self, name: str) -> SetupView:
        """Take a device out."""
        ...

    async def integration(self, domain: str, keys: Table, secret: str | None = None) -> SetupView:
        """Change keys of an integration's table."""
        ...

    async def apply(self) -> None:
        """Begin anew with what the file says now: in this process, with the same store; sessions live on."""
        ...


class NoHomeFile:
    """Stands for the home file of a router that runs without one; whatever is asked is refused."""

    async def view(self) -> SetupView:
        """Refused."""
        raise _refusal()

    async def choices(self) -> SetupChoices:
        """Refused."""
        raise _refusal()

    async def site(self, keys: Table) -> SetupView:
        """Refused."""
        raise _refusal()

    async def tariff(self, keys: Table) -> SetupView:
        """Refused."""
        raise _refusal()

    async def provider(self, keys: Table, secret: str | None = None) -> SetupView:
        """Refused."""
        raise _refusal()

    async def drop_provider(self, name: str) -> SetupView:
        """Refused."""
        raise _refusal()

    async def device(self, keys: Table) -> SetupView:
        """Refused."""
        raise _refusal()

    async def drop_device(self, name: str) -> SetupView:
        """Refused."""
        raise _refusal()

    async def integration(self, domain: str, keys: Table, secret: str | None = None) -> SetupView:
        """Refused."""
        raise _refusal()

    async def apply(self) -> None:
        """Refused."""
        raise _refusal()


def _refusal() -> InputError:
    return InputError("setup", "", said("refused.no_home_file"), said("refused.run_it"))
