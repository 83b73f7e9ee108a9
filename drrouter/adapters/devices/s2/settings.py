"""What a home file may set for S2; the same model renders the form in panel and terminal."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from drrouter.adapters.devices.listening_settings import FileName, ListeningSettings
from drrouter.adapters.devices.plain import refuse_plain

ModeName = Annotated[str, Field(min_length=1, max_length=64)]
ControlName = Literal["ppbc", "frbc", "ombc", "pebc", "ddbc"]


class ResourcePart(BaseModel):
    """One resource manager that may connect.

    Attributes:
        id: its name here, the last part of the address that is typed into it.
        token_file: a private file with the token that it shows, on the first line.
        control: the control types that may be used, the best one first; which fits, the object model says.
        modes: its operation modes by their label or id, in the order of the object model's modes; empty where
            it describes them in that order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    id: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_.\-]{1,64}$",
            description="64 letters, digits and the signs _.- at most, as it stands in the address",
        ),
    ]
    token_file: FileName
    control: Annotated[tuple[ControlName, ...], Field(min_length=1, max_length=5)] = (
        "ppbc",
        "frbc",
        "ombc",
        "pebc",
        "ddbc",
    )
    modes: Annotated[tuple[ModeName, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.control)) < len(self.control) or len(set(self.modes)) < len(self.modes):
            raise ValueError("names a control type or a mode twice; name each once")
        return self


class S2Settings(ListeningSettings):
    """Parameters of the S2 integration.

    Attributes:
        plain: why they may show their tokens in plain text beyond this machine.
        resource_manager: who may connect; nobody else is let in.
        timeout_s: how long one may take to answer, in seconds of real time.
        repeat_s: how often its readings are repeated while it says nothing, in seconds.
    """

    port: int = Field(default=8003, ge=0, le=65535)
    plain: str = Field(default="", max_length=200)
    resource_manager: Annotated[tuple[ResourcePart, ...], Field(max_length=50)] = ()
    timeout_s: float = Field(default=10.0, gt=0, le=25)
    repeat_s: float = Field(default=15.0, ge=1, le=300)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        refuse_plain(self.host, self.cert_file is not None, self.plain, "add cert_file and key_file")
        ids = [part.id for part in self.resource_manager]
        if len(ids) != len(set(ids)):
            raise ValueError("names a resource manager twice; give each its own id")
        return self
