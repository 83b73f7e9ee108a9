"""What the home file says about one OpenADR 3 provider."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from drrouter.domain.ids import ProviderId

Version = Literal["3.1", "3.0", "auto"]

MAX_BODY_BYTES = 4 * 1024 * 1024
"""The largest answer that is read; 10,000 intervals of one price each take about a quarter of it."""

PUSHED_POLL_S = 300.0
"""Domain seconds between polls while a broker pushes: they find what no notice told of."""


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """The router's own small listener for notices; it exists only where the owner asks for it.

    Attributes:
        host, port: where it listens; port 0 takes a free one.
        callback_url: the https address under which the provider reaches it; empty means the
            listener itself, which a provider on the same machine can reach.
        cert_file, key_file: PEM files, where no reverse proxy speaks TLS for it.
    """

    host: str = "127.0.0.1"
    port: int = 0
    callback_url: str = ""
    cert_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Openadr3Settings:
    """One provider (OpenADR 3.1, Definition, "VEN enrollment": URL, clientID and clientSecret).

    Attributes:
        id: its name in the home file.
        url: base address of its VTN, for instance ``https://vtn.example/openadr3/3.1.0``.
        client_id, client_secret: credentials; without them requests carry no token.
        token_url: where tokens are given out; empty asks ``/auth/server``, else ``/auth/token``.
        ca_file: the authority trusted for this provider; None trusts the system's authorities.
        unverified: whether whoever answers is believed; the owner wrote why.
        ven_name: under which the provider knows this router; unique at the provider.
        resources: names of the devices and groups that the provider may target.
        poll_s: domain seconds between full polls; they go on beside the webhook.
        jitter: share of ``poll_s`` by which a poll may come later; 0 for none.
        webhook: None for polling only.
        programs: names of the programs that the customer is enrolled in; empty means all it shows.
        version: of OpenADR 3 that the provider speaks; ``auto`` reads it from the url, else asks.
        timeout_s: real seconds that one exchange may take.
        longest_poll_s: domain seconds between polls at most, also while a broker pushes: where silence of
            the provider counts, it is asked often enough.
        mqtt: whether the provider's MQTT broker is listened to, where it has one.
        seed: this router's own, by which it draws for randomizeStart; kept across restarts.
        randomize_prices: whether randomizeStart moves prices, too.
    """

    id: ProviderId
    url: str
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token_url: str = ""
    ca_file: Path | None = None
    ven_name: str = "drrouter"
    resources: tuple[str, ...] = ()
    poll_s: float = 60.0
    jitter: float = 0.1
    webhook: WebhookSettings | None = None
    programs: tuple[str, ...] = ()
    version: Version = "3.1"
    timeout_s: float = 10.0
    max_body_bytes: int = MAX_BODY_BYTES
    seed: str = field(default="", repr=False)
    randomize_prices: bool = False
    mqtt: bool = False
    unverified: bool = False
    longest_poll_s: float = math.inf
