"""What a home file may set for Kasa and Tapo devices; the same model renders the form in every screen."""

from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from drrouter.adapters.devices.host import Host
from drrouter.adapters.devices.settings import IntegrationSettings


class KasaHost(BaseModel):
    """A device that no broadcast reaches, because it is on another network.

    Attributes:
        host: its address or name.
        speaks: which protocol, where the device does not answer the call of discovery either: ``legacy``,
            ``kasa`` (KLAP, Kasa's commands) or ``tapo`` (KLAP, Tapo's commands). Left out, it is asked.
        port: where it listens; left out, 80 or the legacy port.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: Host
    speaks: Literal["legacy", "kasa", "tapo"] | None = None
    port: int | None = Field(default=None, ge=1, le=65535)


class KasaSettings(IntegrationSettings):
    """Parameters of the Kasa integration.

    Attributes:
        broadcast: where discovery calls; the broadcast address of one network where there are several.
        port: where plugs of the legacy protocol listen, over TCP and UDP.
        discovery_s: how long one discovery listens, in seconds of real time.
        poll_s: time between two readings of a plug, in seconds.
        timeout_s: how long a plug may take to answer, in seconds of real time.
        login_s: how much longer it may take where it must be logged in to first.
        username: of the TP-Link account that the plugs belong to; plugs of new firmware ask for it.
        password_file: a private file whose first line is that account's password.
        device: devices on other networks.
    """

    broadcast: IPv4Address = IPv4Address("255.255.255.255")
    port: int = Field(default=9999, ge=1, le=65535)
    discovery_s: float = Field(default=3.0, gt=0, le=30)
    poll_s: float = Field(default=10.0, ge=1, le=300)
    timeout_s: float = Field(default=1.5, gt=0, le=10)
    login_s: float = Field(default=3.0, gt=0, le=30)
    username: str = Field(default="", max_length=254)
    password_file: str = Field(default="", max_length=4096)
    device: Annotated[tuple[KasaHost, ...], Field(max_length=200)] = ()
