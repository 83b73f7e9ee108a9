"""What is sent to set a home up: keys of its file that a screen may change; a key left out stays as it is.

Names of files are no part of it: what a browser sends chooses no file of the machine. What the keys mean
together, the check of the whole home file says.
"""

from typing import Annotated, Any

from pydantic import Field, SecretStr, StringConstraints, field_validator

from drrouter.adapters.api.requests import StrictBody

_Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Long = Annotated[str, StringConstraints(max_length=2048, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=32)]
_Watts = Annotated[float, Field(gt=0, le=1_000_000)]
_Typed = Annotated[SecretStr, Field(min_length=1, max_length=4000)]
_Value = bool | int | float | _Long | Annotated[list[_Long], Field(max_length=50)] | None


class SetupBody(StrictBody):
    """Keys of a table."""

    def keys(self) -> dict[str, Any]:
        """What was sent, and nothing that was left out; a secret is no key."""
        return self.model_dump(mode="json", exclude_unset=True, exclude={"secret"})


class SiteBody(SetupBody):
    """Keys of the home; null takes one out."""

    name: _Text = ""
    time_zone: _Text = ""
    currency: _Text = ""
    latitude: float | None = None
    longitude: float | None = None
    import_limit_w: _Watts | None = None
    line_limit_w: _Watts | None = None


class TariffBody(SetupBody):
    """A shipped tariff, or a price of one's own."""

    id: _Text | None = None
    price_per_kwh: float | None = None
    feed_in_per_kwh: float | None = None
    follows_provider: bool = False


class ProviderBody(SetupBody):
    """Keys of a service provider or of a feed."""

    id: _Id
    kind: _Text = ""
    role: _Text | None = None
    url: _Long = ""
    client_id: _Long | None = None
    token_url: _Long | None = None
    ven_name: _Long | None = None
    ven_id: _Long | None = None
    programs: Annotated[list[_Text], Field(max_length=100)] | None = None
    format: _Text | None = None
    area: _Text | None = None
    secret: _Typed | None = None


class MatchBody(SetupBody):
    """How a device is recognised."""

    alias: _Text | None = None
    mac: _Text | None = None
    address: _Text | None = None
    id: _Text | None = None


class DeviceBody(SetupBody):
    """Keys of a device."""

    id: _Id
    name: _Text = ""
    model: _Text = ""
    integration: _Text = ""
    match: MatchBody | None = None
    flexibility: _Text | None = None
    groups: Annotated[list[_Id], Field(max_length=20)] | None = None
    line: _Text | None = None
    role: _Text | None = None
    watch_only: bool = True
    parameters: Annotated[dict[_Id, float], Field(max_length=20)] | None = None


class IntegrationBody(SetupBody):
    """Keys of an integration's table; its form is among the choices."""

    settings: Annotated[dict[_Id, _Value], Field(max_length=40)] = Field(default_factory=dict)
    secret: _Typed | None = None

    @field_validator("settings")
    @classmethod
    def _no_files(cls, settings: dict[str, _Value]) -> dict[str, _Value]:
        if named := sorted(key for key in settings if key.endswith("file")):
            raise ValueError(f"{named[0]} names a file, which only the home file itself may")
        return settings
