"""Finds Kasa and Tapo devices by broadcast and hands out devices that drive them."""

import asyncio
import importlib
import logging
from collections.abc import Sequence

from drrouter.adapters.devices.kasa.call import call
from drrouter.adapters.devices.kasa.connection import COMPATIBILITY
from drrouter.adapters.devices.kasa.identity import DOMAIN, found_plugs, place_of, reach_of_answer
from drrouter.adapters.devices.kasa.lines import Info, Lines
from drrouter.adapters.devices.kasa.plug import KasaPlug
from drrouter.adapters.devices.kasa.reach import HTTP_PORT, LEGACY, Account, Reach
from drrouter.adapters.devices.kasa.settings import KasaHost, KasaSettings
from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.undriven import Undriven
from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceError
from drrouter.ports import Clock, Device, Found, Surroundings

ASKED_AT_ONCE = 20
NOT_DRIVEN = "{id} (Kasa): it speaks only {protocol}, which is not driven; " + COMPATIBILITY
SPEAKS = {"legacy": LEGACY, "kasa": "IOT.KLAP.2", "tapo": "SMART.KLAP.2"}

_log = logging.getLogger(__name__)


class KasaIntegration:
    """The Kasa transport; implements the Integration port."""

    def __init__(self, settings: KasaSettings, clock: Clock, account: Account | None = None) -> None:
        """Keep the settings; python-kasa is loaded when a plug is looked for or set up, not by a command."""
        self._settings, self._clock = settings, clock
        self._lines = Lines(settings, clock, account or Account())
        self._asking = asyncio.Semaphore(ASKED_AT_ONCE)

    @property
    def domain(self) -> str:
        """Its name in home files."""
        return DOMAIN

    async def discover(self) -> Sequence[Found]:
        """Call by broadcast and list the plugs and sockets that answered, by address.

        Raises:
            DeviceError: python-kasa is missing, or the network does not let us call.
        """
        _load_library()
        hosts = self._settings.device
        with self._clock.working():
            answers = await call(self._settings, [one.host for one in hosts if one.speaks is None])
            there = [caller for host, raw in answers if (caller := self._caller(host, raw))]
            there += [(_reach_of_host(one, self._settings.port), {}) for one in hosts if one.speaks]
            each = await asyncio.gather(*(self._plugs(reach, hint) for reach, hint in there))
        self._lines.forget(but={reach for reach, _ in there})
        found = {plug.address: plug for plugs in each for plug in plugs}
        return tuple(found[address] for address in sorted(found))

    def _caller(self, host: str, answer: Info) -> tuple[Reach, Info] | None:
        """How to reach who answered and what it said of itself, None where it is no plug that we know."""
        if isinstance(result := answer.get("result"), dict):
            reach = reach_of_answer(host, result)
            return (reach, {"model": result.get("device_model"), "mac": result.get("mac")}) if reach else None
        system = answer.get("system")
        info = system.get("get_sysinfo") if isinstance(system, dict) else None
        if not isinstance(info, dict) or not _is_plug(info):
            _log.debug("what answers at %s is no Kasa plug", host)
            return None
        return Reach(host, self._settings.port), info

    async def _plugs(self, reach: Reach, hint: Info) -> tuple[Found, ...]:
        """What is to be found there; who told little is asked for the rest."""
        info = hint
        if reach.is_driven and not (reach.is_legacy and hint):
            async with self._asking:
                info = await self._lines.described(reach, hint)
        return tuple(found_plugs(reach, info)) if info else ()

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on a found plug or socket; nothing is sent before it is used.

        Raises:
            ValueError: the address is none.
            DeviceError: python-kasa is missing.
        """
        _load_library()
        reach, mac, child = place_of(device_id, found, self._settings.port)
        if not reach.is_driven:
            encryption = cleaned(reach.protocol.partition(".")[2])
            return Undriven(device_id, NOT_DRIVEN.format(id=device_id, protocol=encryption))
        return KasaPlug(device_id, self._lines.to(reach, mac), self._clock, self._settings.poll_s, child)


def build(settings: KasaSettings, surroundings: Surroundings) -> KasaIntegration:
    """The integration, as the table of integrations makes it.

    Raises:
        DocumentError: the file of the password is missing, empty or may be read by others.
    """
    password = surroundings.secret(settings.password_file) if settings.password_file else ""
    return KasaIntegration(settings, surroundings.clock, Account(settings.username, password))


def _load_library() -> None:
    """Load python-kasa, which takes a third of a second, while nobody waits for a plug to act.

    Its log is silenced, unless somebody asked for it: it says each failed request anew, and we say it once.

    Raises:
        DeviceError: it is missing.
    """
    try:
        importlib.import_module("kasa")
    except ImportError as error:
        raise DeviceError("Kasa plugs need the package python-kasa, which is not installed") from error
    log = logging.getLogger("kasa")
    if log.level == logging.NOTSET:
        log.setLevel(logging.CRITICAL + 1)


def _is_plug(info: Info) -> bool:
    """Whether this is a plug, a wall switch or a strip of plugs, not a bulb or a camera."""
    kind = info.get("type", info.get("mic_type"))
    return isinstance(kind, str) and "smartplug" in kind.lower()


def _reach_of_host(host: KasaHost, legacy_port: int) -> Reach:
    """How to reach a device whose protocol the home file names."""
    protocol = SPEAKS[host.speaks or "legacy"]
    return Reach(host.host, host.port or (legacy_port if protocol == LEGACY else HTTP_PORT), protocol)
