"""The home file as it is written: one TOML file, ``schema = "drrouter.home/1"``, that is the configuration.

Here is only its form: which keys there are and what each may hold. What they mean together (object models,
secrets, files) is left to ``load``.
"""

from datetime import time
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from drrouter.adapters.devices.table import TRANSPORTS
from drrouter.config.parts import Clock, FileName, Host, Id, Listener, Part, Port, SitePart, Words
from drrouter.config.provider_parts import AnyProvider, LocalVtnPart

SCHEMA = "drrouter.home/1"


class TariffPart(Part):
    """What energy costs."""

    id: Annotated[str, Field(max_length=100)] | None = None
    """A tariff that ships with drrouter, such as generic.nl_dynamic."""
    file: FileName | None = None
    """A tariff file of your own."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.id is None) == (self.file is None):
            raise ValueError("needs either id or file; write one of the two")
        return self


def _known_integration(domain: str) -> str:
    """A transport that drrouter has."""
    if domain not in TRANSPORTS:
        raise ValueError(f"{domain!r} is no integration; write one of {', '.join(sorted(TRANSPORTS))}")
    return domain


class MatchPart(Part):
    """How the device shows itself on the home network; every key given must agree."""

    alias: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    """Its name in the maker's app."""
    mac: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$")] | None = None
    """Its hardware address."""
    address: Host | None = None
    """Its address in the home network, with or without port."""
    id: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    """What its integration calls it for good, such as a serial number; `drrouter discover` shows it."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if (self.alias, self.mac, self.address, self.id) == (None,) * 4:
            raise ValueError("is empty; name alias, mac, address or id")
        return self


class WishesPart(Part):
    """What is asked of it again and again."""

    departure: Clock
    """Local time by which a car shall be ready, daily, such as 07:30."""
    target_wh: Annotated[float, Field(gt=0)] | None = None
    """How much shall then be in the battery, in Wh."""
    target_percent: Annotated[float, Field(gt=0, le=100)] | None = None
    """The same as a share of the battery."""

    @property
    def by(self) -> time:
        """The departure as a time of day."""
        return time.fromisoformat(self.departure)

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if self.target_wh is not None and self.target_percent is not None:
            raise ValueError("names its target twice; keep one of target_wh and target_percent")
        return self


class DevicePart(Part):
    """A device of the home."""

    id: Id
    """Its name here and towards providers."""
    name: Words
    """What the household calls it."""
    model: Annotated[str, Field(max_length=100)]
    """Its object model, such as generic.freezer."""
    flexibility: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """Which of the object model's flexibilities holds, by its id or kind; without it, the first."""
    integration: Annotated[str, Field(max_length=32), AfterValidator(_known_integration)]
    """The transport by which it is reached."""
    match: MatchPart
    """How it is recognised."""
    groups: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    """Names by which a provider may address several devices at once."""
    line: Literal["L1", "L2", "L3"] = "L1"
    """The line that feeds it."""
    watch_only: bool = False
    """Whether it is only watched until you hand it over (`drrouter hand-over`)."""
    role: Literal["site_meter"] | None = None
    """What it is to the whole home: its meter at the grid. A home with one meter alone need not say it."""
    may_discharge: bool = False
    """Whether you agree that it gives back what it holds: a car that you lend. A battery need not ask."""
    parameters: Annotated[dict[str, float], Field(max_length=20)] = Field(default_factory=dict)
    """Figures that its object model leaves to the home."""
    wishes: WishesPart | None = None
    """What is asked of it again and again."""


class RouterPart(Part):
    """How the router works."""

    reconcile_s: Annotated[float, Field(ge=1, le=300)] = 5.0
    """Seconds between two comparisons of what is wished with what is seen."""
    replan_s: Annotated[float, Field(ge=60, le=86_400)] = 900.0
    """Seconds after which a new plan is made even if nothing happened."""
    solver_budget_s: Annotated[float, Field(ge=0.1, le=300)] = 10.0
    """Seconds that the solver may take before a simpler plan is taken."""
    horizon_h: Annotated[float, Field(ge=1, le=72)] = 24.0
    """Hours that a plan looks ahead."""


class ApiPart(Listener):
    """The local API."""

    host: Host = "127.0.0.1"
    """The address to listen on."""
    port: Port = 8088
    """The port to listen on; 0 takes a free one."""
    token_file: FileName = "owner-token"  # noqa: S105  # the name of a file, not a secret
    """Where the owner's token is kept."""
    names: Annotated[tuple[Host, ...], Field(max_length=20)] = ()
    """Further host names by which it is reached."""
    https_only: bool = False
    """Browsers that were here reach this host over TLS alone for half a year, on every port of it (HSTS)."""

    @model_validator(mode="after")
    def _tls_for_https(self) -> Self:
        if self.https_only and self.cert_file is None:
            raise ValueError("wants https_only without TLS; add cert_file and key_file")
        return self


class StorePart(Part):
    """The durable memory."""

    path: FileName = "drrouter.sqlite3"
    """The database file."""


class ExposurePart(Part):
    """An exception from "nothing listens beyond this machine" (S8)."""

    what: Literal["api", "local_vtn", "ocpp", "s2", "webhook"]
    """What listens."""
    interface: Host
    """The address that it listens on."""
    reason: Words
    """Why this is meant."""


class HomeDocument(Part):
    """A home file whose form passed every check; the tables of integrations are left to ``integrations``."""

    spec: Annotated[Literal["drrouter.home/1"], Field(alias="schema")]
    """The kind of document and its edition."""
    site: SitePart
    """The home."""
    tariff: TariffPart
    """What energy costs."""
    provider: Annotated[tuple[AnyProvider, ...], Field(max_length=20)] = ()
    """Its service providers."""
    device: Annotated[tuple[DevicePart, ...], Field(max_length=1000)] = ()
    """Its devices."""
    router: RouterPart = RouterPart()
    """How the router works."""
    api: ApiPart = ApiPart()
    """The local API."""
    store: StorePart = StorePart()
    """The durable memory."""
    local_vtn: LocalVtnPart | None = None
    """Tells devices of the home the local price and the limits, as an OpenADR 3 VTN."""
    exposure: Annotated[tuple[ExposurePart, ...], Field(max_length=20)] = ()
    """What may listen beyond this machine."""


@cache
def json_schema() -> dict[str, Any]:
    """The JSON Schema of a home file."""
    return HomeDocument.model_json_schema()
