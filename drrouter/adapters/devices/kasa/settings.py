"""What a home file may set for Kasa plugs; the same model renders the form in panel and terminal."""

from ipaddress import IPv4Address

from pydantic import Field

from drrouter.adapters.devices.settings import IntegrationSettings


class KasaSettings(IntegrationSettings):
    """Parameters of the Kasa integration.

    Attributes:
        broadcast: where discovery calls; the broadcast address of one network where there are several.
        port: where plugs listen, over TCP and UDP.
        discovery_s: how long one discovery listens, in seconds of real time.
        poll_s: time between two readings of a plug, in seconds.
        timeout_s: how long a plug may take to answer, in seconds of real time.
    """

    broadcast: IPv4Address = IPv4Address("255.255.255.255")
    port: int = Field(default=9999, ge=1, le=65535)
    discovery_s: float = Field(default=3.0, gt=0, le=30)
    poll_s: float = Field(default=10.0, ge=1, le=300)
    timeout_s: float = Field(default=1.5, gt=0, le=10)
