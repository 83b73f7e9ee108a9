"""Which providers are believed without proof: an exception that is written down with its reason.

    [[provider]]
    url = "https://vtn.lab.internal:8443"
    tls = "unverified"
    tls_reason = "the lab's VTN has no certificate of its own yet"

It holds within the home network alone, is logged at each start, and is said by ``drrouter check`` and in the
status as long as it stands (obligation 4; OpenADR 3.1, Definition, "HTTPS/TLS").
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, Protocol, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from drrouter.adapters.sp.openadr3.local import ANYWHERE
from drrouter.adapters.sp.openadr3.tls import is_at_home
from drrouter.config.parts import FileName, Part
from drrouter.domain.document import harmless
from drrouter.domain.ids import ProviderId


class TrustPart(Part):
    """Whom the link to a provider trusts."""

    ca_file: FileName | None = None
    """The certificate authority that it is trusted by, as PEM; without it, the system's."""
    tls: Literal["verified", "unverified"] = "verified"
    """Whether it must prove who it is; "unverified" is for a VTN of a lab in the home network."""
    tls_reason: Annotated[str, Field(max_length=100), AfterValidator(harmless)] = ""
    """Why it is believed unverified; shown in the status as long as it is."""

    @model_validator(mode="after")
    def _with_its_reason(self) -> Self:
        if (self.tls == "unverified") != bool(self.tls_reason.strip()):
            raise ValueError(
                'needs tls = "unverified" and tls_reason together; write both, or leave both out'
            )
        if self.tls == "unverified" and self.ca_file is not None:
            raise ValueError(
                'has a ca_file that nobody looks at; leave out tls = "unverified" and its reason'
            )
        return self

    def require_home(self, *addresses: str | None) -> None:
        """Refuse addresses at which nobody may be believed unverified.

        Raises:
            ValueError: one of them is none of the home, is not encrypted, or is whatever mDNS finds.
        """
        if self.tls == "verified":
            return
        if not any(addresses):
            raise ValueError('reads a file, which needs no TLS; leave out tls = "unverified" and its reason')
        for address in addresses:
            parts = urlsplit(address or "")
            host = parts.hostname or ""
            if address and (parts.scheme != "https" or host == ANYWHERE or not is_at_home(host)):
                raise ValueError(
                    f"believes {host} unverified, which only an https address within the home may be; write "
                    'such as https://192.168.1.7:8443, or set ca_file in the place of tls = "unverified"'
                )


class _Linked(Protocol):
    """What the sentences need of a provider or a feed."""

    @property
    def id(self) -> ProviderId: ...

    @property
    def unverified(self) -> str: ...


def believed(*linked: Sequence[_Linked]) -> Iterator[str]:
    """A sentence for each provider and feed that is believed unverified."""
    for one in (one for group in linked for one in group if one.unverified):
        yield (
            f"Provider {one.id} is not verified, so that anybody in the home network could speak for it "
            f"({one.unverified.rstrip('.')})."
        )
