"""What a home file may set for Z-Wave."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from drrouter.adapters.devices.plain import refuse_plain
from drrouter.adapters.devices.settings import IntegrationSettings


class RegulatedSettings(BaseModel):
    """A dimmer whose power follows its level, such as one in front of a heater.

    Attributes:
        id: what discovery shows as its ``id``.
        full_power_w: what it draws at its highest level, in W.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    id: Annotated[str, Field(min_length=1, max_length=64)]
    full_power_w: float = Field(gt=0, le=20_000)


class ZwaveSettings(IntegrationSettings):
    """Parameters of the Z-Wave integration.

    Attributes:
        url: of the Z-Wave JS server.
        plain: why plain text to another machine is meant; without a reason it is refused. The server asks
            nobody who he is, so whoever reaches it may switch everything.
        timeout_s: how long the server may take to answer, in seconds of real time; radio and repetitions
            included.
        heartbeat_s: time between two pings of the connection, in seconds of real time.
        poll_s: a device that said nothing for so long is asked, in seconds. Asking often fills the air.
        silent_after_s: a device that sleeps cannot be asked; it is silent after so long, in seconds.
        regulated: dimmers whose power follows their level; any other is switched fully on and off.
    """

    url: str = Field(
        default="ws://127.0.0.1:3000",
        max_length=255,
        description="An address such as ws://127.0.0.1:3000",
        pattern=r"^wss?://(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._\-]+)(:[0-9]{1,5})?(/[A-Za-z0-9._\-/]*)?$",
    )
    plain: str = Field(default="", max_length=200)
    timeout_s: float = Field(default=10.0, gt=0, le=120)
    heartbeat_s: float = Field(default=15.0, gt=0, le=300)
    poll_s: float = Field(default=120.0, ge=10, le=86_400)
    silent_after_s: float = Field(default=7200.0, ge=60, le=7 * 86_400)
    regulated: Annotated[tuple[RegulatedSettings, ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _safe(self) -> Self:
        parts = urlsplit(self.url)
        refuse_plain(parts.hostname or "", parts.scheme == "wss", self.plain, "write a url of wss://")
        return self

    def full_power_w(self, device_id: str) -> float | None:
        """What a regulated dimmer draws at its highest level; None for any other device."""
        return next((one.full_power_w for one in self.regulated if one.id == device_id), None)

    @property
    def stated_s(self) -> float:
        """Within this time a device that falls silent is shown as gone, in seconds."""
        return super().stated_s + self.silent_after_s
