"""What the home file says of a port at which devices connect to the router."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from drrouter.adapters.devices.settings import IntegrationSettings

FileName = Annotated[str, Field(min_length=1, max_length=1024)]


class ListeningSettings(IntegrationSettings):
    """Parameters of an integration whose devices come to it.

    Attributes:
        host: the address to listen on; one beyond this machine needs an ``[[exposure]]``.
        port: the port to listen on; 0 takes a free one. Each integration has a default of its own.
        cert_file: PEM certificate, with which devices connect over TLS.
        key_file: PEM key of that certificate.
    """

    host: str = Field(
        default="127.0.0.1",
        max_length=255,
        pattern=r"^[A-Za-z0-9._:\-\[\]%]+$",
        description="The name or address of this machine alone, such as 192.168.1.4",
    )
    port: int = Field(default=0, ge=0, le=65535)
    cert_file: FileName | None = None
    key_file: FileName | None = None

    @model_validator(mode="after")
    def _paired(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("needs cert_file and key_file together; write both or none")
        return self
