"""What a home file may set for Home Assistant as a source of devices."""

from fnmatch import fnmatchcase
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from drrouter.adapters.devices.plain import refuse_plain
from drrouter.adapters.devices.settings import IntegrationSettings

Pattern = Annotated[str, Field(min_length=1, max_length=128)]


class PauseSettings(BaseModel):
    """A limit on how often a device may be told something.

    Attributes:
        match: its name or id, ``*`` for any characters; the first entry that fits counts.
        least_pause_s: time between two commands, in seconds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    match: Pattern
    least_pause_s: float = Field(gt=0, le=86_400)


class HomeassistantSettings(IntegrationSettings):
    """Parameters of the Home Assistant integration.

    Attributes:
        url: of Home Assistant, as a browser opens it.
        token_file: a private file (chmod 600) with a long-lived access token on its first line.
        plain: why plain text to another machine is meant; without a reason it is refused, for whoever reads
            the token may do all that it may.
        devices: names or ids of the devices that are listed, ``*`` for any characters.
        pause: devices that may not be told something often.
        timeout_s: how long Home Assistant, and the device behind it, may take, in seconds of real time.
        heartbeat_s: time between two pings, in seconds of real time.
        silent_after_s: a device of which nothing changed for so long is silent, in seconds; 0 for never.
    """

    url: str = Field(
        max_length=255,
        description="An address such as http://homeassistant.local:8123",
        pattern=r"^https?://(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._\-]+)(:[0-9]{1,5})?(/[A-Za-z0-9._\-/]*)?$",
    )
    token_file: str = Field(min_length=1, max_length=1024)
    plain: str = Field(default="", max_length=200)
    devices: tuple[Pattern, ...] = Field(default=("*",), max_length=1000)
    pause: tuple[PauseSettings, ...] = Field(default=(), max_length=100)
    timeout_s: float = Field(default=10.0, gt=0, le=120)
    heartbeat_s: float = Field(default=15.0, gt=0, le=300)
    silent_after_s: float = Field(default=0.0, ge=0, le=7 * 86_400)

    @property
    def stated_s(self) -> float:
        """Within this time a device that falls silent is shown as gone, in seconds.

        One that Home Assistant itself calls unavailable is shown as gone at once.
        """
        return super().stated_s + self.silent_after_s

    @property
    def socket_url(self) -> str:
        """Where the WebSocket is."""
        return f"ws{self.url.removeprefix('http').rstrip('/')}/api/websocket"

    @model_validator(mode="after")
    def _safe(self) -> Self:
        parts = urlsplit(self.url)
        refuse_plain(parts.hostname or "", parts.scheme == "https", self.plain, "write a url of https://")
        return self

    def lists(self, *names: str) -> bool:
        """Whether a device of these names is listed."""
        return any(_fits(pattern, names) for pattern in self.devices)

    def least_pause_s(self, *names: str) -> float:
        """Time between two commands to a device of these names, in seconds."""
        return next((one.least_pause_s for one in self.pause if _fits(one.match, names)), 0.0)


def _fits(pattern: str, names: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for name in names if name)
