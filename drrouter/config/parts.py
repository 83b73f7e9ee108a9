"""The forms that every table of the home file is made of, and its table ``[site]``."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from drrouter.adapters.this_machine import is_loopback
from drrouter.domain.document import harmless
from drrouter.tariff.parts import known_zone

Words = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(harmless)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=32)]
FileName = Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(harmless)]
Watts = Annotated[float, Field(ge=0, le=1_000_000)]


def _every_hour(value: object) -> object:
    """One number holds for all 24 hours."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (float(value),) * 24
    return tuple(value) if isinstance(value, list) else value


HourlyWatts = Annotated[
    Annotated[tuple[Watts, ...], Field(min_length=24, max_length=24)],
    BeforeValidator(_every_hour, json_schema_input_type=float | tuple[Watts, ...]),
]


def _is_safe_url(url: str) -> str:
    """Https, or http on this machine alone (S8)."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("is no address; write one such as https://vtn.example/openadr3/3.1.0") from error
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("is no address; write one such as https://vtn.example/openadr3/3.1.0")
    if parts.username or parts.password:
        raise ValueError("holds a password; use client_id and client_secret_file instead")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("is plain http to another machine, which anybody could read; write https")
    return url


Url = Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(_is_safe_url)]


class Part(BaseModel):
    """A table of the home file: unknown keys are refused, values keep their type."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,  # a secret may stand in it
    )


class PvPart(Part):
    """A roof with solar panels."""

    peak_w: Annotated[float, Field(gt=0, le=1_000_000)]
    """What its panels give together at their best, in W."""


class SitePart(Part):
    """The home."""

    name: Words
    """What the owner calls it."""
    time_zone: Annotated[str, Field(max_length=64), AfterValidator(known_zone)]
    """Its time zone, such as Europe/Amsterdam."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    """ISO 4217."""
    import_limit_w: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    """What the main fuse bears, in W."""
    line_limit_w: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    """What the fuse of each line bears, in W; kept where the site meter measures the lines."""
    base_load_w: HourlyWatts = (300.0,) * 24
    """What the home draws beside its devices: one number in W, or 24, one for each local hour."""
    co2_price_per_kg: Annotated[float, Field(ge=0, le=1000)] = 0.0
    """What a kg of CO2 is worth to the household."""
    device_models: FileName | None = None
    """A folder of your own object models, beside the shipped ones."""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    """Where the home is, in degrees, north positive; the sun is reckoned by it."""
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Where the home is, in degrees, east positive."""
    pv: PvPart | None = None
    """Solar panels that no device of this file measures."""

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("needs latitude and longitude together; write both or none")
        if self.pv and self.latitude is None:
            raise ValueError("tells of pv and not where the home is; add latitude and longitude")
        return self


Port = Annotated[int, Field(ge=0, le=65535)]


Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


Host = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._:\-\[\]%]+$")]


class Listener(Part):
    """Something that listens, with a certificate where it speaks TLS itself."""

    cert_file: FileName | None = None
    """PEM certificate, where it speaks TLS itself."""
    key_file: FileName | None = None
    """PEM key of that certificate."""

    @model_validator(mode="after")
    def _both_files(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("needs cert_file and key_file together; write both or none")
        return self
