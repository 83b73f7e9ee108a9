"""Lists the devices behind the broker and hands out handles that drive them."""

from collections.abc import Sequence

from drrouter.adapters.devices.mqtt.device import MqttDevice
from drrouter.adapters.devices.mqtt.directory import Directory
from drrouter.adapters.devices.mqtt.session import Session
from drrouter.adapters.devices.mqtt.settings import MqttSettings
from drrouter.domain.ids import DeviceId
from drrouter.ports import Clock, Device, Found, Surroundings

DOMAIN = "mqtt"


class MqttIntegration:
    """The MQTT transport; implements the Integration and Serving ports."""

    def __init__(self, settings: MqttSettings, session: Session, clock: Clock) -> None:
        """Know what to follow; nothing is opened before ``serve``."""
        self._settings, self._session, self._clock = settings, session, clock
        self._directory = Directory(settings, session)
        self._handles: dict[DeviceId, MqttDevice] = {}

    @property
    def domain(self) -> str:
        """Its name in home files."""
        return DOMAIN

    async def serve(self) -> None:
        """Keep the session with the broker.

        Raises:
            DeviceError: the broker is not there, does not let us in, or was lost.
        """
        await self._session.run()

    async def discover(self) -> Sequence[Found]:
        """Every device that was announced and is not known to be away, by its id.

        Raises:
            DeviceSilentError: there is no session with the broker.
        """
        with self._clock.working():
            await self._session.caught_up()
            self._directory.refresh()
            await self._session.caught_up()  # what their last wills say
        present = self._directory.present()
        return tuple(Found(DOMAIN, f"{DOMAIN}/{name}", present[name].identity) for name in sorted(present))

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on a found device, which listens from now on; an earlier one of that name no more."""
        if device_id in self._handles:
            self._handles[device_id].leave()
        handle = MqttDevice(
            device_id,
            found.identity.get("id", ""),
            self._session,
            self._directory,
            self._settings,
            self._clock,
        )
        self._handles[device_id] = handle
        return handle


def build(settings: MqttSettings, surroundings: Surroundings) -> MqttIntegration:
    """The integration, as the table of integrations makes it.

    Raises:
        ImportError: aiomqtt is missing.
        DocumentError: the file of the password is missing, or others may read it.
    """
    import aiomqtt  # noqa: F401  # said now and not at the first message

    password = surroundings.secret(settings.password_file) if settings.password_file else None
    session = Session(settings, password, surroundings.folder, surroundings.executor)
    return MqttIntegration(settings, session, surroundings.clock)
