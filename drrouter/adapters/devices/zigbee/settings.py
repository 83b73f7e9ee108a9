"""What a home file may set for Zigbee; the same model renders the form in panel and terminal."""

from typing import Literal

from pydantic import Field, field_validator

from drrouter.adapters.devices.settings import IntegrationSettings

Radio = Literal["znp", "ezsp"]


class ZigbeeSettings(IntegrationSettings):
    """Parameters of the Zigbee integration.

    Attributes:
        port: where the stick is: a serial device such as /dev/serial/by-id/..., or socket://host:port.
        radio: which language it speaks: "znp" (Texas Instruments) or "ezsp" (Silicon Labs).
        baud: speed of the serial line.
        flow_control: of the serial line; most sticks need none.
        database: file of the network's devices, relative to the home file; "" remembers nothing.
        channel: on which a network that is formed anew works; left out, the quietest is taken.
        permit_join_s: how long new devices may join after each start, in seconds; 0 is not at all.
        start_s: how long opening the stick and the network may take, in seconds of real time.
        timeout_s: how long a device may take to answer one question, in seconds of real time.
        report_least_s, report_most_s: a device reports a value that moved no sooner than the first after the
            last time, and one that did not no later than the second; short times crowd the mesh.
        poll_s: time between two questions to a device that cannot report.
        silent_after_s: a device unheard for so long is asked, and missing where it does not answer.
        names: what people call a device, by its hardware address (its ``id``).
    """

    port: str = Field(min_length=1, max_length=256)
    radio: Radio
    baud: int = Field(default=115_200, ge=9_600, le=2_000_000)
    flow_control: Literal["none", "hardware", "software"] = "none"
    database: str = Field(default="zigbee.db", max_length=1024)
    channel: int | None = Field(default=None, ge=11, le=26)
    permit_join_s: int = Field(default=0, ge=0, le=254)
    start_s: float = Field(default=90.0, gt=0, le=600)
    timeout_s: float = Field(default=6.0, gt=0, le=60)
    report_least_s: int = Field(default=5, ge=1, le=300)
    report_most_s: int = Field(default=60, ge=5, le=3600)
    poll_s: float = Field(default=30.0, ge=1, le=3600)
    silent_after_s: float = Field(default=90.0, ge=5, le=86_400)
    names: dict[str, str] = Field(default_factory=dict)

    @field_validator("names")
    @classmethod
    def _lower(cls, names: dict[str, str]) -> dict[str, str]:
        """Hardware addresses are compared in lower case."""
        return {address.lower(): name for address, name in names.items()}

    @property
    def stated_s(self) -> float:
        """Within this time a device that falls silent is shown as gone, in seconds."""
        return super().stated_s + self.silent_after_s
