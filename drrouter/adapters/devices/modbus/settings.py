"""What a home file says of Modbus devices: where each is, and what it is."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from drrouter.adapters.devices.host import Host
from drrouter.adapters.devices.settings import IntegrationSettings

Register = Annotated[int, Field(ge=0, le=65535)]
Kind = Literal["inverter", "battery", "meter", "sg_ready"]


class ModbusDeviceSettings(BaseModel):
    """One device; a hybrid inverter is listed twice, as an inverter and as a battery.

    Attributes:
        alias: its name, by which a device of the home file is matched.
        host, port: where it, or the gateway before it, listens.
        unit: its number behind that address.
        kind: a SunSpec inverter, battery or meter, or a relay board before an SG-Ready heat pump.
        turned: whether its meter counts what leaves the home as positive.
        block_coil, boost_coil: the relays of the two SG-Ready contacts, the blocking one first.
        power_register: where the board tells the power of the heat pump, None where it does not.
        power_scale: what one step of that register is, in W.
        power_holding: whether it is a holding register rather than an input register.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    alias: Annotated[str, Field(min_length=1, max_length=64)]
    host: Host
    port: int = Field(default=502, ge=1, le=65535)
    unit: int = Field(default=1, ge=1, le=255)
    kind: Kind
    turned: bool = False
    block_coil: Register = 0
    boost_coil: Register = 1
    power_register: Register | None = None
    power_scale: float = Field(default=1.0, gt=0, le=1e6)
    power_holding: bool = False

    @model_validator(mode="after")
    def _two_relays(self) -> Self:
        if self.block_coil == self.boost_coil:
            raise ValueError("needs two relays; block_coil and boost_coil are the same")
        return self

    @property
    def address(self) -> str:
        """Where it is, with its unit and what it is: two devices may share the rest."""
        return f"{self.host}:{self.port}/{self.unit}/{self.kind}"


class ModbusSettings(IntegrationSettings):
    """Parameters of the Modbus integration.

    Attributes:
        device: the devices of the home.
        poll_s: time between two readings of a device, in seconds.
        timeout_s: how long a device may take to answer a question, in seconds of real time.
    """

    device: Annotated[tuple[ModbusDeviceSettings, ...], Field(max_length=64)] = ()
    poll_s: float = Field(default=10.0, ge=1, le=300)
    timeout_s: float = Field(default=2.0, gt=0, le=10)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        for names in ([device.alias for device in self.device], [device.address for device in self.device]):
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise ValueError(f"names {twice} twice; each device has an alias and a place of its own")
        return self

    @property
    def missing(self) -> str:
        """Nothing is looked for at Modbus addresses that nobody named."""
        return "" if self.device else "device"
