"""Providers in the home file, and the home's own VTN: which keys there are and what each may hold."""

from ipaddress import ip_address
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from drrouter.adapters.vtn.mqtt import safe_broker
from drrouter.config.failsafe import FailsafePart
from drrouter.config.feeds import FeedPart
from drrouter.config.mandates import MaySend
from drrouter.config.parts import FileName, Host, Id, Listener, Part, Port, Url
from drrouter.config.trust import TrustPart
from drrouter.domain.document import harmless


class WebhookPart(Listener):
    """A small listener for the provider's notices, beside polling."""

    host: Host = "127.0.0.1"
    """The address to listen on."""
    port: Port = 0
    """The port to listen on; 0 takes a free one."""
    url: Url | None = None
    """Where the provider reaches it, such as a reverse proxy's address."""


class OfflinePart(Part):
    """Where the provider puts its offline profile: what the home does while it cannot be reached."""

    file: FileName | None = None
    """A file of this home."""
    url: Url | None = None
    """An address of the provider, read at the start and daily."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.file is None) == (self.url is None):
            raise ValueError("needs either file or url; write one of the two")
        return self


_OPENADR3_ONLY = (
    "client_id",
    "client_secret",
    "client_secret_file",
    "client_secret_env",
    "token_url",
    "data_of",
    "version",
    "mqtt",
    "webhook",
)


class ProviderPart(TrustPart):
    """A service provider."""

    id: Id
    """Its name here."""
    kind: Literal["openadr3", "openadr2b"]
    """The protocol that it speaks."""
    role: Literal["energy", "network", "aggregator"] | None = None
    """Sells energy, runs the grid, or runs programmes; without it, all of that."""
    may_send: MaySend | None = None
    """Groups (prices, limits, sheds ...) and payload types that it may send; without it, as its role says."""
    url: Url
    """The base address of its VTN; "https://_openadr3._tcp.local" finds one in the home by mDNS."""
    version: Literal["auto", "3.1", "3.0"] = "auto"
    """Of OpenADR 3 that it speaks; "auto" reads it from the url, else asks."""
    client_id: Annotated[str, Field(max_length=256)] = ""
    """Who we are to it."""
    client_secret: Annotated[SecretStr, Field(min_length=1, max_length=4096)] | None = None
    """The secret itself; this file must then be private (chmod 600)."""
    client_secret_file: FileName | None = None
    """A private file (chmod 600) with the secret on its first line."""
    client_secret_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """The environment variable that holds the secret."""
    token_url: Url | None = None
    """Where it hands out tokens, if it does not say so itself."""
    ven_name: Annotated[str, Field(min_length=1, max_length=128), AfterValidator(harmless)] = "drrouter"
    """Our name at the provider."""
    ven_id: Annotated[str, Field(max_length=256), AfterValidator(harmless)] = ""
    """OpenADR 2.0b: our id at the provider, where it gave one beforehand."""
    cert_file: FileName | None = None
    """OpenADR 2.0b: the PEM certificate by which the router shows who it is."""
    key_file: FileName | None = None
    """OpenADR 2.0b: the PEM key of that certificate; keep it private (chmod 600)."""
    sign: bool = False
    """OpenADR 2.0b: whether messages are signed with that key, too."""
    poll_s: Annotated[float, Field(ge=1, le=86_400)] = 60.0
    """Seconds between two looks at its events; OpenADR 2.0b: where it asks for no other frequency."""
    jitter: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Share of poll_s by which a look may come later, so that homes do not come all at once."""
    programs: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=128)], ...], Field(max_length=100)
    ] = ()
    """Names of its programmes that count; without them, all that it shows."""
    randomize_prices: bool = False
    """Whether its randomizeStart moves prices as well as orders."""
    mqtt: bool = True
    """Whether its MQTT broker is listened to, where it has one."""
    webhook: WebhookPart | None = None
    """A listener for its notices."""
    data_of: Annotated[tuple[Id, ...], Field(max_length=100)] = ()
    """Devices whose opaque data it is to have, such as a car's for its maker; without them, none."""
    offline: OfflinePart | None = None
    """What the home does while the provider cannot be reached."""
    failsafe: FailsafePart | None = None
    """The limit that holds while nothing is heard of it; of a network provider."""

    @model_validator(mode="after")
    def _failsafe_of_a_network(self) -> Self:
        if self.failsafe and self.role != "network":
            raise ValueError('has a failsafe, which only the network may order; write role = "network"')
        return self

    @model_validator(mode="after")
    def _keys_of_its_kind(self) -> Self:
        theirs = {"openadr3": ("ven_id", "cert_file", "key_file", "sign"), "openadr2b": _OPENADR3_ONLY}
        if wrong := [key for key in theirs[self.kind] if key in self.model_fields_set]:
            raise ValueError(f"speaks {self.kind}, which has no {', '.join(wrong)}; leave it out")
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("needs cert_file and key_file together; write both or none")
        if self.sign and self.key_file is None:
            raise ValueError("signs without a key; add cert_file and key_file")
        return self

    @model_validator(mode="after")
    def _believed_in_the_home_alone(self) -> Self:
        self.require_home(self.url, self.token_url, self.offline.url if self.offline else None)
        return self

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        given = [self.client_secret, self.client_secret_file, self.client_secret_env]
        if sum(value is not None for value in given) > 1:
            raise ValueError("names its secret twice; keep one of client_secret, _file and _env")
        if any(value is not None for value in given) and not self.client_id:
            raise ValueError("has a secret but no client_id; add client_id")
        return self


AnyProvider = Annotated[ProviderPart | FeedPart, Field(discriminator="kind")]


def _is_one_address(host: str) -> str:
    """An address of this machine by which others find it."""
    try:
        address = ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError as error:
        raise ValueError("is no address; write one such as 192.168.1.5") from error
    if address.is_unspecified:
        raise ValueError("is every address at once; write the one that devices of the home shall find")
    return str(address)


_Broker = Annotated[
    str, Field(pattern=r"^mqtts?://[A-Za-z0-9.:\[\]-]+$", max_length=300), AfterValidator(safe_broker)
]


class LocalVtnPart(Listener):
    """The home's own VTN, inside the router."""

    clients: FileName
    """The file with a [[client]] table for each device that may read; keep it private (chmod 600)."""
    host: Annotated[Host, AfterValidator(_is_one_address)] = "127.0.0.1"
    """The address to listen on, and to be found on by mDNS."""
    port: Port = 8091
    """The port to listen on; 0 takes a free one."""
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$|^$")] = "drrouter"
    """Under which it is found by mDNS; empty: it is not announced."""
    mqtt: _Broker | None = None
    """The home's MQTT broker, on which changes are told, such as mqtts://broker.home:8883."""
    mqtt_ca: FileName | None = None
    """The certificate authority that the broker is trusted by, as PEM; without it, the system's."""
    state: FileName | None = None
    """The SQLite file that keeps what devices wrote; without it, it lasts until the next start."""
