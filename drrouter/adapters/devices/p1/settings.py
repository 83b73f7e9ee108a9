"""What a home file says of P1 meters: where each is connected, and which telegrams it sends."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from drrouter.adapters.devices.host import Host
from drrouter.adapters.devices.settings import IntegrationSettings

Edition = Literal["2.2", "3", "4", "5", "belgium", "luxembourg", "austria", "sweden"]
Text = Annotated[str, Field(min_length=1, max_length=255)]


class P1MeterSettings(BaseModel):
    """One meter, on a serial port of this machine or behind a gateway that passes its telegrams on.

    Attributes:
        alias: its name, by which a device of the home file is matched.
        port: the serial port, such as /dev/ttyUSB0.
        host: the gateway (ser2net, or a P1 reader with a TCP port).
        tcp_port: where the gateway listens.
        dsmr: which telegrams it sends: the edition of DSMR, or the country that has its own.
        key_file: a private file with the key that opens its telegrams; without it they are not sealed.
        authentication_key_file: likewise, with the key that proves them; without it, Luxembourg's public one.
        silent_after_s: how long it may say nothing before it counts as silent, in seconds of real time;
            meters of edition 5 speak every second, older ones every ten.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    alias: Annotated[str, Field(min_length=1, max_length=64)]
    port: Text | None = None
    host: Host | None = None
    tcp_port: int = Field(default=2001, ge=1, le=65535)
    dsmr: Edition = "5"
    key_file: Text | None = None
    authentication_key_file: Text | None = None
    silent_after_s: float = Field(default=30.0, gt=0, le=3600)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.port is None) == (self.host is None):
            raise ValueError("needs either port or host; write one of the two")
        if self.authentication_key_file is not None and self.key_file is None:
            raise ValueError("has authentication_key_file without key_file; add key_file")
        return self

    @property
    def where(self) -> str:
        """Its address as people write it."""
        return self.port or f"{self.host}:{self.tcp_port}"


class P1Settings(IntegrationSettings):
    """Parameters of the P1 integration.

    Attributes:
        meter: the meters of the home, usually one.
        retry_s: time until a line that was lost is opened again, in seconds of real time.
    """

    meter: Annotated[tuple[P1MeterSettings, ...], Field(max_length=8)] = ()
    retry_s: float = Field(default=5.0, gt=0, le=300)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        if not self.meter:
            raise ValueError("names no meter; add a [[p1.meter]] table, or take [p1] out")
        for names in ([meter.alias for meter in self.meter], [meter.where for meter in self.meter]):
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise ValueError(f"names {twice} twice; each meter has an alias and a line of its own")
        return self

    @property
    def stated_s(self) -> float:
        """Within this time a meter that falls silent is shown as gone, in seconds."""
        return super().stated_s + max((meter.silent_after_s for meter in self.meter), default=0.0)
