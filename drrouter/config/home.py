"""The home as the program knows it: every key of the home file resolved into values, paths and profiles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from drrouter.adapters.devices.settings import IntegrationSettings
from drrouter.adapters.sp.openadr3.settings import PUSHED_POLL_S
from drrouter.config.failsafe import ASKED_TIMES
from drrouter.config.feeds import FeedConfig
from drrouter.config.secret import Secret
from drrouter.domain.device import DeviceClass, DeviceProfile
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.mandate import Mandate
from drrouter.objectmodel import Catalogue
from drrouter.router.failsafe import Failsafe
from drrouter.router.household import StandingWish
from drrouter.tariff import TariffDocument


@dataclass(frozen=True, slots=True)
class WebhookConfig:
    """The listener for a provider's notices; ``url`` is where the provider reaches it, None: directly."""

    host: str
    port: int
    url: str | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class OfflineConfig:
    """Where a provider's offline profile comes from: a file, or an address."""

    file: Path | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """One service provider.

    Attributes:
        kind: the protocol (``openadr3`` or ``openadr2b``).
        role: ``energy``, ``network`` or ``aggregator``; None: all of that.
        client_secret: None where there is none, or where the environment was not looked at.
        ca_file: the authority that it is trusted by; None: the system's.
        poll: between two looks at its events, in domain time.
        jitter: share of ``poll`` by which a look may come later.
        programs: names of the programmes that count; empty: all.
        offline: where its offline profile comes from; None: it has none.
        failsafe: what holds while nothing is heard of it; None: nothing.
        randomize_prices: whether its randomizeStart moves prices as well as orders.
        version: of its protocol; ``auto`` finds out.
        mqtt: whether its MQTT broker is listened to, where it has one.
        unverified: why whoever answers for it is believed; empty: it is verified.
        data_of: the devices whose opaque data it is to have.
        ven_id, cert_file, key_file, sign: of OpenADR 2.0b, see its settings.
    """

    id: ProviderId
    kind: str
    role: Literal["energy", "network", "aggregator"] | None
    url: str
    client_id: str = ""
    client_secret: Secret | None = None
    token_url: str | None = None
    ca_file: Path | None = None
    ven_name: str = "drrouter"
    poll: timedelta = timedelta(minutes=1)
    jitter: float = 0.1
    programs: tuple[str, ...] = ()
    webhook: WebhookConfig | None = None
    offline: OfflineConfig | None = None
    failsafe: Failsafe | None = None
    randomize_prices: bool = False
    version: Literal["auto", "3.1", "3.0"] = "auto"
    mqtt: bool = True
    data_of: tuple[DeviceId, ...] = ()
    ven_id: str = ""
    cert_file: Path | None = None
    key_file: Path | None = None
    sign: bool = False
    unverified: str = ""

    @property
    def longest_poll(self) -> timedelta:
        """The time between two looks at it at most; silence that counts keeps it short."""
        pushed = self.kind == "openadr3" and self.mqtt
        usual = max(self.poll, timedelta(seconds=PUSHED_POLL_S)) if pushed else self.poll
        return min(usual, self.failsafe.heartbeat / ASKED_TIMES) if self.failsafe else usual


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """One device: its profile, and how it is found.

    Attributes:
        integration: the transport (``kasa``).
        match: what must agree with a found device: ``alias``, ``mac`` (``AA:BB:CC:DD:EE:FF``), ``id``, and
            ``address`` (host and port) or ``host``.
        standing: what is asked of it daily.
        role: ``site_meter`` where it measures the whole home.
    """

    profile: DeviceProfile
    integration: str
    match: dict[str, str]
    standing: StandingWish | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class RouterConfig:
    """How the router works; ``solver_budget`` is real time, the others domain time."""

    reconcile: timedelta = timedelta(seconds=5)
    replan: timedelta = timedelta(minutes=15)
    solver_budget: timedelta = timedelta(seconds=10)
    horizon: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ApiConfig:
    """Where the local API listens, and where the owner's token is kept.

    Attributes:
        cert_file, key_file: for TLS, without which it is served on this machine alone.
        names: further host names by which it is reached.
        https_only: whether browsers shall reach the host over TLS alone, on every port.
    """

    host: str
    port: int
    token_file: Path
    cert_file: Path | None = None
    key_file: Path | None = None
    names: tuple[str, ...] = ()
    https_only: bool = False


@dataclass(frozen=True, slots=True)
class LocalVtnConfig:
    """The home's own VTN; see ``adapters.vtn.local``."""

    clients: Path
    host: str
    port: int
    name: str
    cert_file: Path | None = None
    key_file: Path | None = None
    state: Path | None = None
    mqtt: str | None = None
    mqtt_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """Something that listens beyond this machine, with the owner's reason (S8)."""

    what: str
    interface: str
    reason: str


@dataclass(frozen=True, slots=True)
class HomeConfig:
    """A whole home file.

    Attributes:
        path: the home file.
        catalogue: every object model at hand.
        integrations: the settings of each integration that the home uses, by its domain.
        import_limit_w: what the main fuse bears, None where it is not stated.
        line_limit_w: what the fuse of each line bears, None where it is not stated.
        base_load_w: mean power beside the devices for each of the 24 local hours.
        models_folder: the home's own object models, None where it has none.
        place: where the home is, in degrees north and east; None where it is not stated.
        pv_peak_w: what panels give at their best that no device measures; 0 without any.
        mandates: what each provider and feed may send, in the order of the home file.
        exposures: what may listen beyond this machine.
        unverified: a sentence for each provider that is believed unverified.
        warnings: what is allowed and yet worth a look, one sentence each.
    """

    path: Path
    name: str
    zone: ZoneInfo
    currency: str
    import_limit_w: float | None
    base_load_w: tuple[float, ...]
    co2_price_per_kg: float
    tariff: TariffDocument
    providers: tuple[ProviderConfig, ...]
    devices: tuple[DeviceConfig, ...]
    router: RouterConfig
    api: ApiConfig
    store_path: Path
    integrations: Mapping[str, IntegrationSettings]
    catalogue: Catalogue
    models_folder: Path | None = None
    place: tuple[float, float] | None = None
    pv_peak_w: float = 0.0
    line_limit_w: float | None = None
    feeds: tuple[FeedConfig, ...] = ()
    mandates: Mapping[ProviderId, Mandate] = field(default_factory=dict)
    local_vtn: LocalVtnConfig | None = None
    exposures: tuple[Exposure, ...] = ()
    unverified: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @property
    def protocols(self) -> dict[ProviderId, str]:
        """What each provider speaks; feeds say ``feed``."""
        return {one.id: one.kind for one in self.providers} | {one.id: "feed" for one in self.feeds}

    @property
    def profiles(self) -> tuple[DeviceProfile, ...]:
        """The profile of every device."""
        return tuple(device.profile for device in self.devices)

    @property
    def failsafes(self) -> dict[ProviderId, Failsafe]:
        """What holds of each provider that is silent for too long."""
        return {one.id: one.failsafe for one in self.providers if one.failsafe}

    @property
    def polls(self) -> dict[ProviderId, timedelta]:
        """The time between two looks at each provider, longest where a broker may push."""
        polls = {feed.id: timedelta(seconds=feed.poll_s) for feed in self.feeds}
        return polls | {provider.id: provider.longest_poll for provider in self.providers}

    @property
    def site_meter(self) -> DeviceId | None:
        """The device that measures the whole home: the one that is said to, else the only meter."""
        said = [device.profile.id for device in self.devices if device.role == "site_meter"]
        meters = [one.id for one in self.profiles if one.device_class is DeviceClass.METER]
        return said[0] if said else meters[0] if len(meters) == 1 else None
