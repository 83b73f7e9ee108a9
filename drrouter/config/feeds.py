"""A price feed in the home file: a ``[[provider]]`` of kind ``feed``, and what the router is told of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from drrouter.adapters.sp.feeds.settings import Direction
from drrouter.config.mandates import MaySend
from drrouter.config.parts import FileName, Id, Url
from drrouter.config.secret import Secret, secret_from_file
from drrouter.config.trust import TrustPart
from drrouter.domain.document import harmless
from drrouter.domain.ids import ProviderId
from drrouter.errors import DocumentError
from drrouter.tariff import TariffDocument

Format = Literal["awattar", "energyzero", "entsoe_a44", "midas", "nord_pool", "octopus", "tibber"]


class FeedPart(TrustPart):
    """Published prices that are read again and again; fees and VAT are the tariff's."""

    id: Id
    """Its name here."""
    kind: Literal["feed"]
    """Published prices."""
    role: Literal["energy", "network"] = "energy"
    """Whose prices they are: of energy, or of the network, which add up."""
    may_send: MaySend | None = None
    """Groups (prices, co2) and payload types that count; without it, as its role says."""
    format: Format
    """The form of the document."""
    url: Url | None = None
    """Where it is read; {day}, {from}, {until}, {from_compact} and {until_compact} stand for days."""
    file: FileName | None = None
    """A file that something else keeps fresh."""
    area: Annotated[str, Field(max_length=64), AfterValidator(harmless)] = ""
    """The bidding zone, region or home that is meant, as the feed writes it."""
    direction: Direction = "import"
    """Whether its prices are of import, of what is fed in, or of both."""
    token_file: FileName | None = None
    """A private file (chmod 600) with the token on its first line."""
    poll_s: Annotated[float, Field(ge=10, le=86_400)] = 900.0
    """Seconds between two looks."""
    jitter: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Share of poll_s by which a look may come later, so that homes do not come all at once."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.file is None) == (self.url is None):
            raise ValueError("needs either file or url; write one of the two")
        self.require_home(self.url)
        return self


@dataclass(frozen=True, slots=True)
class FeedConfig:
    """A feed with its token and files; see ``FeedPart``."""

    id: ProviderId
    format: str
    url: str = ""
    file: Path | None = None
    area: str = ""
    direction: Direction = "import"
    token: Secret | None = field(default=None, repr=False)
    ca_file: Path | None = None
    poll_s: float = 900.0
    jitter: float = 0.1
    unverified: str = ""


def feed_of(part: FeedPart, path: Path) -> FeedConfig:
    """What a home file says of a feed.

    Args:
        part: its table.
        path: the home file; relative names start in its folder.

    Raises:
        DocumentError: a file that must be there is not, or is not private.
    """
    key, folder, where = f"provider[{part.id}]", path.parent, str(path)
    ca_file = folder / part.ca_file if part.ca_file else None
    if ca_file is not None and not ca_file.is_file():
        raise DocumentError(where, f"{key}.ca_file", f"there is no file {ca_file}", "Check the path")
    token = None
    if part.token_file is not None:
        token = secret_from_file(folder / part.token_file, where, f"{key}.token_file")
    return FeedConfig(
        id=ProviderId(part.id),
        format=part.format,
        url=part.url or "",
        file=folder / part.file if part.file else None,
        area=part.area,
        direction=part.direction,
        token=token,
        ca_file=ca_file,
        poll_s=part.poll_s,
        jitter=part.jitter,
        unverified=part.tls_reason,
    )


def beside(feeds: Sequence[FeedConfig], tariff: TariffDocument) -> Iterator[str]:
    """What is worth a look where feeds and the tariff do not fit together, one sentence each."""
    for feed in feeds:
        if feed.direction != "export" and not tariff.follows_provider:
            yield (
                f"The feed {feed.id} takes the place of the energy price of the tariff {tariff.id}, which "
                'follows no provider. Give its energy component base = "provider", or take the feed out.'
            )
