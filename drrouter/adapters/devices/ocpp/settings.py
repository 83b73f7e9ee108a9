"""What a home file may set for charge points; the same model renders the form in panel and terminal."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from drrouter.adapters.devices.listening_settings import FileName, ListeningSettings

ChargePointId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9*_=:+|@.\-]{1,48}$",
        description="48 letters, digits and the signs *_=:+|@.- at most, as it stands in the charge point",
    ),
]
IdTag = Annotated[str, Field(min_length=1, max_length=20)]


class ChargePointPart(BaseModel):
    """One charge point that may connect.

    Attributes:
        id: its identity, the last part of the address that is typed into it.
        password_file: a private file with its password on the first line; none: it needs no password.
        connectors: how many outlets it has.
        phases: how many lines feed it.
        max_a: the current that it gives on each line when nothing limits it, in A.
        v2x: whether cars at it may give energy back, which their owner must want.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    id: ChargePointId
    password_file: FileName | None = None
    connectors: int = Field(default=1, ge=1, le=8)
    phases: Literal[1, 3] = 3
    max_a: float = Field(default=16.0, ge=6, le=80)
    v2x: bool = False


class OcppSettings(ListeningSettings):
    """Parameters of the OCPP integration.

    Attributes:
        charge_point: who may connect.
        accept_unknown: whether others are let in, to be listed and not driven.
        free_vend: whether anybody may charge, whatever card is shown.
        id_tags: cards that may charge where not everybody may.
        start_tag: the card that the router shows when it starts a charge itself; "" never starts one.
        heartbeat_s: time between two signs of life of an idle charge point, in seconds.
        sample_s: time between two measurements of a charge, in seconds.
        timeout_s: how long a charge point may take to answer, in seconds of real time.
        voltage_v: between a line and neutral, by which A become W.
    """

    port: int = Field(default=9000, ge=0, le=65535)
    charge_point: Annotated[tuple[ChargePointPart, ...], Field(max_length=50)] = ()
    accept_unknown: bool = False
    free_vend: bool = True
    id_tags: Annotated[tuple[IdTag, ...], Field(max_length=100)] = ()
    start_tag: str = Field(default="drrouter", max_length=20)
    heartbeat_s: int = Field(default=60, ge=5, le=3600)
    sample_s: int = Field(default=15, ge=1, le=300)
    timeout_s: float = Field(default=10.0, gt=0, le=60)
    voltage_v: float = Field(default=230.0, ge=100, le=250)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        ids = [part.id for part in self.charge_point]
        if len(ids) != len(set(ids)):
            raise ValueError("names a charge point twice; give each its own id")
        return self

    @property
    def missing(self) -> str:
        """Nobody may connect unless it is named, or strangers are let in."""
        return "" if self.charge_point or self.accept_unknown else "charge_point"

    def permits(self, id_tag: str) -> bool:
        """Whether the holder of a card may charge."""
        return self.free_vend or id_tag in self.id_tags or id_tag == self.start_tag != ""
