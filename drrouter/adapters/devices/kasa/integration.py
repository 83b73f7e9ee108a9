"""Finds Kasa plugs by broadcast and hands out devices that drive them."""

import importlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from drrouter.adapters.devices.kasa.identity import (
    DOMAIN,
    found_plug,
)
from drrouter.adapters.devices.kasa.plug import KasaPlug
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.adapters.devices.names import cleaned, host_and_port, mac_from
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.measurement import Reading
from drrouter.errors import DeviceError, DeviceRefusedError
from drrouter.ports import Clock, Device, Found, Surroundings

MOST_FOUND = 1000
"""Answers kept of one discovery, however many hosts call themselves plugs."""
NOT_DRIVEN = (
    "{id} (Kasa): its firmware speaks only {protocol}, which needs the maker's account and is not driven"
)

_log = logging.getLogger(__name__)


class KasaIntegration:
    """The Kasa transport; implements the Integration port."""

    def __init__(self, settings: KasaSettings, clock: Clock) -> None:
        """Keep the settings; python-kasa is loaded when a plug is looked for or set up, not by a command."""
        self._settings, self._clock = settings, clock

    @property
    def domain(self) -> str:
        """Its name in home files."""
        return DOMAIN

    async def discover(self) -> Sequence[Found]:
        """Call by broadcast and list the plugs that answered, by address.

        Raises:
            DeviceError: python-kasa is missing, or the network does not let us call.
        """
        answers: list[dict[str, Any]] = []
        with self._clock.working():
            await self._call(answers)
        found = {plug.address: plug for answer in answers if (plug := self._plug(answer))}
        return tuple(found[address] for address in sorted(found))

    async def _call(self, answers: list[dict[str, Any]]) -> None:
        """Broadcast, and collect what comes back until the time is over."""
        _load_library()
        from kasa import Discover, KasaException

        def keep(raw: Any) -> None:
            if len(answers) < MOST_FOUND:
                answers.append(raw)

        try:
            devices = await Discover.discover(
                target=str(self._settings.broadcast),
                port=self._settings.port,
                discovery_timeout=self._settings.discovery_s,  # type: ignore[arg-type]  # a float is as good
                on_discovered_raw=keep,
            )
        except (KasaException, OSError) as error:
            raise DeviceError(f"Kasa plugs cannot be looked for: {error}") from error
        for device in devices.values():
            await device.disconnect()

    def _plug(self, raw: Mapping[str, Any]) -> Found | None:
        """The plug that answered, None where it is no plug that we know."""
        host, answer = raw["meta"]["ip"], raw["discovery_response"]
        if not isinstance(answer, dict):
            return None
        if isinstance(result := answer.get("result"), dict):
            return _found_locked(host, self._settings.port, result)
        system = answer.get("system")
        info = system.get("get_sysinfo") if isinstance(system, dict) else None
        if not isinstance(info, dict) or not _is_single_plug(info):
            _log.debug("what answers at %s is no single Kasa plug", host)
            return None
        return found_plug(host, self._settings.port, info)

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on a found plug; nothing is sent before it is used.

        Raises:
            ValueError: the address is none.
            DeviceError: python-kasa is missing.
        """
        _load_library()
        if protocol := found.identity.get("protocol"):
            return _LockedPlug(device_id, NOT_DRIVEN.format(id=device_id, protocol=cleaned(protocol)))
        host, port = host_and_port(device_id, found.address, self._settings.port)
        mac = mac_from(found.identity.get("mac", ""))
        return KasaPlug(device_id, host, port, mac, self._settings, self._clock)


def build(settings: KasaSettings, surroundings: Surroundings) -> KasaIntegration:
    """The integration, as the table of integrations makes it."""
    return KasaIntegration(settings, surroundings.clock)


class _LockedPlug:
    """A plug that is there and cannot be driven; it says why."""

    def __init__(self, device_id: DeviceId, sentence: str) -> None:
        self._id, self._sentence = device_id, sentence

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """Never yield.

        Raises:
            DeviceRefusedError: always.
        """
        raise DeviceRefusedError(self._sentence)
        yield ()

    async def apply(self, instruction: Instruction) -> Outcome:
        """Say that it is impossible."""
        return Outcome(OutcomeKind.IMPOSSIBLE, self._sentence)


def _load_library() -> None:
    """Load python-kasa, which takes a third of a second, while nobody waits for a plug to act.

    Raises:
        DeviceError: it is missing.
    """
    try:
        importlib.import_module("kasa")
    except ImportError as error:
        raise DeviceError("Kasa plugs need the package python-kasa, which is not installed") from error


def _is_single_plug(info: Mapping[str, Any]) -> bool:
    """Whether this is a plug or wall switch with one relay, not a strip, a bulb or a camera."""
    kind = info.get("type", info.get("mic_type"))
    return isinstance(kind, str) and "smartplug" in kind.lower() and "children" not in info


def _found_locked(host: str, port: int, result: Mapping[str, Any]) -> Found | None:
    """A plug that answers to the newer discovery only."""
    if "PLUG" not in cleaned(result.get("device_type")).upper():
        return None
    scheme = result.get("mgt_encrypt_schm")
    protocol = cleaned(scheme.get("encrypt_type")) if isinstance(scheme, dict) else ""
    known = found_plug(host, port, {"model": result.get("device_model"), "mac": result.get("mac")})
    return Found(DOMAIN, known.address, known.identity | {"protocol": protocol or "a newer protocol"})
