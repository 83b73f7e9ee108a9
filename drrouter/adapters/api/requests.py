"""What clients may send: bodies and queries, each checked before a handler sees it."""

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from drrouter.adapters.api.roles import Role
from drrouter.domain.document import harmless
from drrouter.domain.said import said
from drrouter.domain.wish import OverrideMode
from drrouter.router.facade import Topic

LONGEST_OVERRIDE_MINUTES = 31 * 24 * 60
_TOPIC = "|".join(Topic)


def _in_utc(instant: datetime) -> datetime:
    """The instant in UTC; years in which no appliance runs are refused."""
    if not 2000 <= instant.year < 2200:
        raise ValueError("the year should be between 2000 and 2199")
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]


class StrictBody(BaseModel):
    """Unknown keys, wrong types, NaN and Infinity are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class OptionsBody(StrictBody):
    """Which programme, in which window; what is left out, the router chooses."""

    programme_id: Name | None = None
    earliest: Instant | None = None
    ready_by: Instant | None = None

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.earliest and self.ready_by and self.ready_by <= self.earliest:
            raise ValueError(said("refused.ready_after"))
        return self


class OverrideBody(StrictBody):
    """On or off, until an instant or for so many minutes from now."""

    mode: OverrideMode
    until: Instant | None = None
    minutes: Annotated[int, Field(ge=1, le=LONGEST_OVERRIDE_MINUTES)] | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if (self.until is None) == (self.minutes is None):
            raise ValueError("give either until or minutes: an override always ends")
        return self


class WishBody(StrictBody):
    """A cycle done by, or a level reached by, this time."""

    ready_by: Instant
    programme_id: Name | None = None
    earliest: Instant | None = None
    level: float | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.level is not None and (self.programme_id or self.earliest):
            raise ValueError("give a level, or a programme, not both")
        if self.earliest and self.ready_by <= self.earliest:
            raise ValueError(said("refused.ready_after"))
        return self


class OptOutBody(StrictBody):
    """Which events and which device; what is left out means every one, the end that of the named event."""

    provider: Name | None = None
    event_id: Annotated[str, StringConstraints(min_length=1, max_length=256)] | None = None
    device_id: Name | None = None
    until: Instant | None = None

    @model_validator(mode="after")
    def _an_end(self) -> Self:
        if self.event_id is not None and self.provider is None:
            raise ValueError("event_id needs its provider")
        if self.event_id is None and self.until is None:
            raise ValueError("give until: an opt-out of more than one event always ends")
        return self


class HandsOffBody(StrictBody):
    """Until when nothing is steered; without it, until the router is told to steer again."""

    until: Instant | None = None


class VacationBody(StrictBody):
    """From when (now, if it is left out) until when nobody is at home."""

    end: Instant
    start: Instant | None = None

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.start and self.end <= self.start:
            raise ValueError(said("refused.end_after"))
        return self


class HandBody(StrictBody):
    """Whether the router steers a device, or only watches it."""

    steered: bool


class JoinBody(StrictBody):
    """For how long new devices may join a network; 0 closes it."""

    seconds: Annotated[int, Field(ge=0, le=254)] = 120


class TokenBody(StrictBody):
    """A token for a person's role, or for one appliance and its device."""

    role: Role
    label: Annotated[str, StringConstraints(max_length=64), AfterValidator(harmless)] = ""
    device_id: Name | None = None

    @model_validator(mode="after")
    def _device_of_an_appliance(self) -> Self:
        if (self.role is Role.APPLIANCE) != (self.device_id is not None):
            raise ValueError("an appliance's token names its device_id, and only an appliance's")
        if self.role is Role.VISITOR:
            raise ValueError("a token is for an owner, a resident, a guest or an appliance")
        return self


class WhyQuery(StrictBody):
    """About which device."""

    device: Name


class TopicsQuery(StrictBody):
    """What to hear of, with commas between; everything where nothing is named."""

    topics: Annotated[str, Field(pattern=rf"^({_TOPIC})(,({_TOPIC}))*$", max_length=64)] = ",".join(Topic)

    @property
    def wanted(self) -> frozenset[Topic]:
        """The topics."""
        return frozenset(Topic(name) for name in self.topics.split(","))


class JournalQuery(StrictBody):
    """How many entries, and of which device."""

    most: Annotated[int, Field(ge=1, le=1000)] = 100
    device: Name | None = None
