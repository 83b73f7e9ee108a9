"""What a provider says of its MQTT broker: where it is, how one is let in, and which topics are ours.

    GET /notifiers                                     {"MQTT": {"URIS": [...], "authentication": {...}}}
    GET /notifiers/mqtt/topics/vens/{venID}/events     {"topics": {"CREATE": ..., "UPDATE": ..., "ALL": ...}}

Topics are read, never built. Those of our VEN are asked for first; where there are none, those of each
program, else those of everything. A provider in the field names a topic ALL on which nothing comes, so all
four are followed. Source: OpenADR 3.1, Definition, "Notifiers" and "MQTT notifier binding".
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from yarl import URL

from drrouter.adapters.sp.openadr3.paging import rows_in, text
from drrouter.adapters.sp.openadr3.session import VtnSession
from drrouter.adapters.this_machine import is_loopback
from drrouter.errors import ProviderError

log = logging.getLogger(__name__)

_PORTS = {"mqtt": 1883, "tcp": 1883, "mqtts": 8883, "ssl": 8883}
_SECURE = ("mqtts", "ssl")
_KINDS = ("events", "programs", "resources")
MOST_TOPICS = 200
_LONGEST_TOPIC = 1024
_MOST_URIS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """One address of a broker."""

    host: str
    port: int
    secure: bool


@dataclass(frozen=True, slots=True)
class Broker:
    """How the provider's broker is reached.

    Attributes:
        method: ``ANONYMOUS``, ``OAUTH2_BEARER_TOKEN`` or ``CERTIFICATE``.
        secrets: ``caCert``, ``clientCert`` and ``clientKey``, as PEM texts.
    """

    places: tuple[Place, ...]
    method: str = "ANONYMOUS"
    username: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


async def find_broker(session: VtnSession) -> Broker | None:
    """The provider's broker; None where it has none, or does not say so in a way that can be used.

    Interpretation: a provider that answers /notifiers with an error is polled, and asked again later.
    """
    try:
        answer = await session.get("/notifiers")
    except ProviderError as error:
        log.debug("no notifiers: %s", error)
        return None
    body = answer.body if answer.ok and isinstance(answer.body, Mapping) else {}
    return read_broker(body.get("MQTT"))


def read_broker(found: object) -> Broker | None:
    """The binding object of MQTT."""
    if not isinstance(found, Mapping):
        return None
    said = found.get("authentication")
    said = said if isinstance(said, Mapping) else {}
    method = text(said, "method").upper() or "ANONYMOUS"
    uris = [uri for uri in rows_in(found, "URIS")[:_MOST_URIS] if isinstance(uri, str)]
    places = [place for uri in uris if (place := _place(uri, method)) is not None]
    if not places or method not in ("ANONYMOUS", "OAUTH2_BEARER_TOKEN", "CERTIFICATE"):
        return None
    secrets = {key: text(said, key) for key in ("caCert", "clientCert", "clientKey")}
    return Broker(tuple(places), method, text(said, "username"), secrets)


def _place(uri: str, method: str) -> Place | None:
    """One address, where it may be used.

    Interpretation: without TLS a broker beyond this machine is used only where nobody need say who he is:
    then nothing secret is sent, and a false notice makes us look at the provider, no more.
    """
    try:
        url = URL(uri)
        port = url.explicit_port or _PORTS.get(url.scheme)
    except ValueError:
        return None
    if not url.host or port is None or url.scheme not in _PORTS:
        return None
    secure = url.scheme in _SECURE
    if not secure and method != "ANONYMOUS" and not is_loopback(url.host):
        log.warning("the broker %s is not used: it wants a secret without TLS", url.host)
        return None
    return Place(url.host, port, secure)


async def find_topics(session: VtnSession, ven_id: str, programs: Sequence[str]) -> tuple[str, ...]:
    """The topics that concern us, each once."""
    own = [f"/vens/{ven_id}/{kind}" for kind in _KINDS] if ven_id else []
    of_programs = ["/programs", *(f"/programs/{program}/events" for program in programs)]
    for paths in (own, of_programs, ["/events", "/programs"]):
        found = [topic for path in paths for topic in await _topics(session, path)]
        if found:
            return tuple(dict.fromkeys(found))[:MOST_TOPICS]
    return ()


async def _topics(session: VtnSession, path: str) -> list[str]:
    """All topics of one kind, whatever they are for; none where the provider gives none."""
    try:
        answer = await session.get(f"/notifiers/mqtt/topics{path}")
    except ProviderError as error:
        log.debug("no topics at %s: %s", path, error)
        return []
    topics = answer.body.get("topics") if answer.ok and isinstance(answer.body, Mapping) else None
    named = topics.values() if isinstance(topics, Mapping) else ()
    return [topic for topic in named if isinstance(topic, str) and 0 < len(topic) <= _LONGEST_TOPIC]
