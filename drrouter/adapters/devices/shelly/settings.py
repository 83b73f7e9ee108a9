"""What a home file may set for Shelly devices; the same model renders the form in panel and terminal."""

from ipaddress import IPv4Address
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from drrouter.adapters.devices.host import Host
from drrouter.adapters.devices.settings import IntegrationSettings


class ShellyHost(BaseModel):
    """A device that does not announce itself here, because it is on another network.

    Attributes:
        host: its address or name.
        port: where it listens.
        password_file: a private file with its own password, where it has another than the rest.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: Host
    port: int = Field(default=80, ge=1, le=65535)
    password_file: str = Field(default="", max_length=4096)


class ShellySettings(IntegrationSettings):
    """Parameters of the Shelly integration.

    Attributes:
        announced: whether devices that announce themselves are looked for.
        interfaces: addresses of ours on whose networks to listen for them; none means on all.
        password_file: a private file whose first line is the devices' password.
        poll_s: how long a device may say nothing until it is asked, in seconds.
        timeout_s: how long it may take to answer, connecting included, in seconds of real time.
        device: devices on other networks.
    """

    announced: bool = True
    interfaces: Annotated[tuple[IPv4Address, ...], Field(max_length=20)] = ()
    password_file: str = Field(default="", max_length=4096)
    poll_s: float = Field(default=20.0, ge=1, le=300)
    timeout_s: float = Field(default=3.0, gt=0, le=30)
    device: Annotated[tuple[ShellyHost, ...], Field(max_length=200)] = ()
