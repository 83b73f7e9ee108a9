"""What every table of an object model is made of: its base class, and the values that keys may hold."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from drrouter.domain.document import harmless

DAY_S = 86_400.0

Words = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(harmless)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=64)]
Power = Annotated[float, Field(ge=0, le=100_000)]
Seconds = Annotated[float, Field(ge=0, le=7 * DAY_S)]
Celsius = Annotated[float, Field(ge=-60, le=120)]
Money = Annotated[float, Field(ge=0, le=1000)]


class Part(BaseModel):
    """A table of a document: unknown keys are refused, values keep their type."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


def _needs_english(labels: dict[str, str]) -> dict[str, str]:
    """Every label has an English form, which stands in for languages that are missing."""
    if "en" not in labels:
        raise ValueError('has no English form; add en = "..."')
    return labels


Labels = Annotated[dict[Language, Words], Field(min_length=1, max_length=40), AfterValidator(_needs_english)]


class Provenance(Part):
    """Where measured values come from."""

    origin: Annotated[str, Field(min_length=1, max_length=1000)]
    """Who measured, what and when, with the attribution that the licence asks for."""
    licence: Annotated[str, Field(pattern=r"^[A-Za-z0-9.+-]+$")]
    """SPDX licence identifier of the measured values."""
    changes: Annotated[str, Field(min_length=1, max_length=2000)]
    """What was done to them."""


def twice(ids: list[str]) -> str:
    """The first id that stands twice, empty where each stands once."""
    return next((key for key in ids if ids.count(key) > 1), "")
