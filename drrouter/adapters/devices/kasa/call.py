"""Calls for Kasa and Tapo devices over UDP, both in the old way and in the new, and collects who answers.

The newer answer names how to reach a device and little else: its name is asked for after logging in.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.errors import DeviceError

MOST_FOUND = 1000
"""Answers kept of one discovery, however many hosts call themselves plugs."""

_log = logging.getLogger(__name__)

Raw = Mapping[str, Any]


async def call(settings: KasaSettings, hosts: Iterable[str] = ()) -> list[tuple[str, Raw]]:
    """Broadcast, and call each of the hosts by itself; the address and answer of all who answered in time.

    Raises:
        DeviceError: the network does not let us call.
    """
    from kasa import Discover, KasaException

    answers: list[tuple[str, Raw]] = []

    def keep(raw: Any) -> None:
        """Keep it, and end what the library does with it, which needs no device and trips over odd values."""
        if len(answers) < MOST_FOUND and isinstance(raw["discovery_response"], dict):
            answers.append((raw["meta"]["ip"], raw["discovery_response"]))
        raise KasaException("it is kept")

    async def ask(host: str) -> None:
        try:
            await Discover.discover_single(
                host,
                port=settings.port,
                discovery_timeout=settings.discovery_s,  # type: ignore[arg-type]  # a float is as good
                on_discovered_raw=keep,
            )
        except (KasaException, OSError) as error:
            _log.debug("the call to %s ended: %s", host, error)

    asking = asyncio.gather(*map(ask, hosts))
    try:
        await Discover.discover(
            target=str(settings.broadcast),
            port=settings.port,
            discovery_timeout=settings.discovery_s,  # type: ignore[arg-type]  # a float is as good
            on_discovered_raw=keep,
        )
    except (KasaException, OSError) as error:
        raise DeviceError(f"Kasa plugs cannot be looked for: {error}") from error
    finally:
        await asking
    return answers
