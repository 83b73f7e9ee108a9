"""What a home file may set for devices behind an MQTT broker."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from drrouter.adapters.devices.plain import refuse_plain
from drrouter.adapters.devices.settings import IntegrationSettings

PLAIN_PORT = 1883
TLS_PORT = 8883

Topic = Annotated[
    str, Field(max_length=200, pattern=r"^[^#+\x00-\x1f]*$", description="A topic without the signs # and +")
]
Name = Annotated[
    str, Field(max_length=100, pattern=r"^[A-Za-z0-9_.\-]+$", description="Letters, digits and the signs _.-")
]


class MqttSettings(IntegrationSettings):
    """Parameters of the MQTT integration.

    Attributes:
        host: where the broker is.
        port: where it listens; without it 1883, or 8883 with TLS.
        tls: whether to speak TLS.
        ca_file: the certificate authority that the broker is trusted by, as PEM; without it, the system's.
        username: who we are to the broker; "" for nobody.
        password_file: a private file (chmod 600) with the password on its first line.
        client_id: our name at the broker, one for each router; ``drrouter/<client_id>/status`` says
            whether we are there.
        plain: why plain text to another machine is meant; without a reason it is refused.
        discovery_prefix: where Home Assistant's format is announced; "" for nowhere.
        tasmota_prefix: where Tasmota announces itself; "" for nowhere.
        zigbee2mqtt: the base topics of Zigbee2MQTT.
        timeout_s: how long broker and devices may take to answer, in seconds of real time.
        poll_s: a device that can be asked is asked when it said nothing for so long, in seconds.
        silent_after_s: a device that said nothing for so long is silent, unless it states a time of its own.
    """

    host: str = Field(
        max_length=255,
        pattern=r"^[A-Za-z0-9._:\-\[\]%]+$",
        description="The name or address of the broker alone, such as 192.168.1.4",
    )
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: bool = False
    ca_file: str | None = Field(default=None, max_length=1024)
    username: str = Field(default="", max_length=256)
    password_file: str | None = Field(default=None, max_length=1024)
    client_id: Name = "drrouter"
    plain: str = Field(default="", max_length=200)
    discovery_prefix: Topic = "homeassistant"
    tasmota_prefix: Topic = "tasmota/discovery"
    zigbee2mqtt: tuple[Topic, ...] = Field(default=("zigbee2mqtt",), max_length=10)
    timeout_s: float = Field(default=3.0, gt=0, le=30)
    poll_s: float = Field(default=30.0, ge=1, le=3600)
    silent_after_s: float = Field(default=900.0, ge=5, le=86_400)

    @property
    def at(self) -> tuple[str, int]:
        """Host and port of the broker."""
        return self.host.strip("[]"), self.port or (TLS_PORT if self.tls else PLAIN_PORT)

    @property
    def status_topic(self) -> str:
        """Where we say that we are online, and the broker that we are no more."""
        return f"drrouter/{self.client_id}/status"

    @property
    def echo_topic(self) -> str:
        """Where we hear ourselves, to know that the broker has said all that came before."""
        return f"drrouter/{self.client_id}/echo"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        refuse_plain(self.host, self.tls, self.plain, "write tls = true")
        if self.password_file is not None and not self.username:
            raise ValueError("has a password_file but no username; add username")
        if self.ca_file is not None and not self.tls:
            raise ValueError("has a ca_file but no TLS; add tls = true")
        return self

    @property
    def stated_s(self) -> float:
        """Within this time a device that falls silent is shown as gone, in seconds."""
        return super().stated_s + self.silent_after_s
