"""What the local API and its client both know of the door: codes, links and the people who may sign in."""

from dataclasses import dataclass
from datetime import datetime

LONGEST_LINK_MINUTES = 60
"""Of real time: a one-time link is for somebody who stands nearby."""


@dataclass(frozen=True, slots=True)
class ClaimView:
    """The code that makes whoever knows it the first owner, and the page where it is typed in already."""

    code: str
    url: str


@dataclass(frozen=True, slots=True)
class LinkView:
    """A one-time link and its QR code; whoever opens it first within its minutes is signed in."""

    url: str
    svg: str
    minutes: int


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody who may sign in."""

    name: str
    role: str
    created_at: datetime


def page_of(base: str, key: str, secret: str) -> str:
    """The address of the panel with a secret behind the hash, which no server and no log is ever sent."""
    return f"{base.split('#', 1)[0].rstrip('/')}/#{key}={secret}"
