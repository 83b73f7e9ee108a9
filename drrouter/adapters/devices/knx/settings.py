"""What a home file may set for KNX; the same model renders the form in panel and terminal."""

import re
from ipaddress import IPv4Address
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from drrouter.adapters.devices.settings import IntegrationSettings

_MAIN, _MIDDLE, _SUB = 31, 7, 255


def _group_address(text: str) -> str:
    """A group address of three levels.

    Raises:
        ValueError: it is none.
    """
    match = re.fullmatch(r"(\d{1,2})/(\d)/(\d{1,3})", text)
    parts = tuple(int(part) for part in match.groups()) if match else ()
    if not parts or parts == (0, 0, 0) or any(map(int.__gt__, parts, (_MAIN, _MIDDLE, _SUB))):
        raise ValueError(f"{text!r} is no group address; write one of three levels, such as 1/2/30")
    return "/".join(map(str, parts))


GroupAddress = Annotated[str, Field(max_length=9), AfterValidator(_group_address)]
FileName = Annotated[str, Field(min_length=1, max_length=1024)]


class KnxDevicePart(BaseModel):
    """One device on the bus, by its group addresses.

    Attributes:
        alias: its name here, by which a device of the home file is matched.
        switch: switches it (DPT 1.001).
        state: says whether it is on (DPT 1.001); none: ``switch`` is asked.
        power: its power.
        power_dpt: 14.056 (W) or 9.024 (kW).
        energy: what it took since whenever.
        energy_dpt: 13.010 (Wh) or 13.013 (kWh).
        setpoint: sets its power.
        setpoint_dpt: as ``power_dpt``.
        setpoint_state: says to which power it is set; none: ``setpoint`` is asked.
        temperature: of a room or tank (DPT 9.001).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    alias: str = Field(min_length=1, max_length=64)
    switch: GroupAddress | None = None
    state: GroupAddress | None = None
    power: GroupAddress | None = None
    power_dpt: Literal["14.056", "9.024"] = "14.056"
    energy: GroupAddress | None = None
    energy_dpt: Literal["13.010", "13.013"] = "13.010"
    setpoint: GroupAddress | None = None
    setpoint_dpt: Literal["14.056", "9.024"] = "14.056"
    setpoint_state: GroupAddress | None = None
    temperature: GroupAddress | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        named = (self.switch, self.state, self.power, self.energy, self.setpoint, self.temperature)
        if named == (None,) * len(named):
            raise ValueError("names no group address; name one to switch or to read")
        return self


class KnxSettings(IntegrationSettings):
    """Parameters of the KNX integration.

    Attributes:
        host: the gateway; none: it is searched for.
        port: where it listens.
        local_ip: by which address of this machine, where it has several.
        multicast: where gateways are searched for.
        keyfile: the keys that ETS exported (``.knxkeys``), for a gateway with KNX IP Secure.
        password_file: a private file with the keyfile's password on its first line.
        device: the devices on the bus.
        read_s: time after which values are asked for that were not sent by themselves, in seconds.
        silent_after_s: how long a device may say nothing until it counts as silent, in seconds.
        timeout_s: how long a state may take to follow a command, in seconds of real time.
    """

    host: str | None = Field(
        default=None,
        max_length=255,
        pattern=r"^[A-Za-z0-9._\-]+$",
        description="The name or address of the gateway alone, such as 192.168.1.4",
    )
    port: int = Field(default=3671, ge=1, le=65535)
    local_ip: IPv4Address | None = None
    multicast: IPv4Address = IPv4Address("224.0.23.12")
    keyfile: FileName | None = None
    password_file: FileName | None = None
    device: Annotated[tuple[KnxDevicePart, ...], Field(max_length=200)] = ()
    read_s: float = Field(default=60.0, ge=5, le=3600)
    silent_after_s: float = Field(default=180.0, ge=10, le=86_400)
    timeout_s: float = Field(default=3.0, gt=0, le=30)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.keyfile is None) != (self.password_file is None):
            raise ValueError("needs keyfile and password_file together; write both or none")
        if self.keyfile and self.host is None:
            raise ValueError("has a keyfile and no host; name the gateway")
        if self.read_s >= self.silent_after_s:
            raise ValueError("asks less often (read_s) than a device may be silent (silent_after_s)")
        aliases = [part.alias for part in self.device]
        if len(aliases) != len(set(aliases)):
            raise ValueError("names a device twice; give each its own alias")
        return self

    @property
    def missing(self) -> str:
        """Nothing on a bus says what its group addresses mean."""
        return "" if self.device else "device"

    @property
    def stated_s(self) -> float:
        """Within this time a device that falls silent is shown as gone, in seconds."""
        return super().stated_s + self.silent_after_s
