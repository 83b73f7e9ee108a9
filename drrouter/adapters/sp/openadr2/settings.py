"""What the home file says about one OpenADR 2.0b provider."""

import math
from dataclasses import dataclass, field
from pathlib import Path

from drrouter.domain.ids import ProviderId

MAX_BODY_BYTES = 4 * 1024 * 1024
"""The largest answer that is read."""


@dataclass(frozen=True, slots=True)
class Openadr2Settings:
    """One provider (OpenADR 2.0b, 8.3, registration).

    Attributes:
        id: its name in the home file.
        url: address of its VTN up to the names of the services, ``https://.../OpenADR2/Simple/2.0b``.
        ven_name: under which the provider knows this router.
        ven_id: which the provider has given beforehand; empty: it gives one at registration.
        cert_file, key_file: PEM files by which the router shows who it is (mutual TLS).
        ca_file: the authority trusted for this provider; None trusts the system's authorities.
        unverified: whether whoever answers is believed; the owner wrote why.
        sign: whether messages are signed with that key, too (the "high" security of 2.0b).
        poll_s: domain seconds between polls where the provider asks for no other frequency.
        jitter: share of the time between polls by which one may come later.
        programs: market contexts that the customer takes part in; empty means all.
        longest_poll_s: domain seconds between polls at most, whatever the provider asks for: where its
            silence counts, it is asked often enough.
        timeout_s: real seconds that one exchange may take.
        seed: this router's own, by which it draws for ``startafter``; kept across restarts.
        randomize_prices: whether ``startafter`` moves prices, too.
    """

    id: ProviderId
    url: str
    ven_name: str = "drrouter"
    ven_id: str = ""
    cert_file: Path | None = None
    key_file: Path | None = None
    ca_file: Path | None = None
    sign: bool = False
    poll_s: float = 60.0
    jitter: float = 0.1
    programs: tuple[str, ...] = ()
    timeout_s: float = 10.0
    max_body_bytes: int = MAX_BODY_BYTES
    seed: str = field(default="", repr=False)
    randomize_prices: bool = False
    unverified: bool = False
    longest_poll_s: float = math.inf
