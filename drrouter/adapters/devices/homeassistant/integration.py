"""Keeps the connection to Home Assistant, lists the devices that it knows, and hands out handles."""

import asyncio
from collections.abc import Sequence

from drrouter.adapters.devices.homeassistant.device import HomeassistantDevice
from drrouter.adapters.devices.homeassistant.house import House
from drrouter.adapters.devices.homeassistant.link import Json, Link
from drrouter.adapters.devices.homeassistant.settings import HomeassistantSettings
from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceError, DeviceRefusedError
from drrouter.ports import Clock, Device, Found, Surroundings

DOMAIN = "homeassistant"
_REGISTRIES = ("entity_registry_updated", "device_registry_updated")


class HomeassistantIntegration:
    """The Home Assistant transport; implements the Integration and Serving ports."""

    def __init__(self, settings: HomeassistantSettings, link: Link, clock: Clock) -> None:
        """Nothing is opened before ``serve``."""
        self._settings, self._link, self._clock = settings, link, clock
        self._house = House()
        self._handles: dict[DeviceId, HomeassistantDevice] = {}
        self._known, self._listening = False, False

    @property
    def domain(self) -> str:
        """Its name in home files."""
        return DOMAIN

    async def serve(self) -> None:
        """Keep the connection.

        Raises:
            DeviceError: Home Assistant is not there, does not let us in, or was lost.
        """
        self._known = self._listening = False
        self._house.forget()
        await self._link.run()

    async def discover(self) -> Sequence[Found]:
        """Every device that Home Assistant knows, that is available, and that the settings allow, by its id.

        Raises:
            DeviceError: Home Assistant is not there, or does not say.
        """
        with self._clock.working():
            await self._connected()
            await self._learn()
        present = [one.identity for one in self._house.devices().values() if not self._house.is_away(one)]
        listed = [one for one in present if self._settings.lists(one["id"], one["alias"])]
        return tuple(
            Found(DOMAIN, f"{DOMAIN}/{one['id']}", one) for one in sorted(listed, key=lambda one: one["id"])
        )

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on a found device, which hears from now on; an earlier one of that name no more."""
        if device_id in self._handles:
            self._handles[device_id].leave()
        handle = HomeassistantDevice(
            device_id, found.identity.get("id", ""), self._link, self._house, self._settings, self._clock
        )
        self._handles[device_id] = handle
        return handle

    async def _connected(self) -> None:
        """Wait a little for a connection that is being made."""
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                while not self._link.connected:
                    await self._link.news.since(self._link.news.count)
        except TimeoutError:
            raise self._link.lost from None

    async def _learn(self) -> None:
        """Ask for everything, at first and where Home Assistant says that its registries changed."""
        if not self._listening:
            await self._link.listen(self._house.hear, "subscribe_events", event_type="state_changed")
            for event_type in _REGISTRIES:
                await self._listen_to(event_type)
            self._listening = True
        if not self._known:
            self._known = True
            try:
                states = await self._link.ask("get_states")
                entities, devices = await self._registry("entity"), await self._registry("device")
                self._house.begin(states, entities, devices, await self._link.ask("get_config"))
            except DeviceError:
                self._known = False
                raise

    async def _listen_to(self, event_type: str) -> None:
        """Hear of changed registries; a user who may not sees such a change at the next start."""
        try:
            await self._link.listen(self._changed, "subscribe_events", event_type=event_type)
        except DeviceRefusedError:
            return

    async def _registry(self, kind: str) -> object:
        """A registry; without the right to read it every entity is a device by itself."""
        try:
            return await self._link.ask(f"config/{kind}_registry/list")
        except DeviceRefusedError:
            return []

    def _changed(self, _: Json) -> None:
        self._known = False


def build(settings: HomeassistantSettings, surroundings: Surroundings) -> HomeassistantIntegration:
    """The integration, as the table of integrations makes it.

    Raises:
        DocumentError: the file of the token is missing, or others may read it.
    """
    token = surroundings.secret(settings.token_file)
    link = Link(settings.socket_url, token, settings.timeout_s, settings.heartbeat_s, surroundings.executor)
    return HomeassistantIntegration(settings, link, surroundings.clock)
