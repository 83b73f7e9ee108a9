"""Opaque data by path: the grammar of paths, who may do what at which of them, and how much is kept.

    home/...                                   the people of the home
    devices/<device>/..., vehicle/<device>/...      one device, and the people
    providers/<provider>/events/<event>/<type>      what a provider sent that the router does not interpret
    providers/<provider>/up/<device>/...            what a device has to say to that provider
    providers/<provider>/up/home/...                what the people have to say to it

What is not named here is nobody's: neither read nor written. The bytes of a leaf are never parsed.

Source: TR 102 935, 7.3 and 7.4 ("transport XML documents, or opaque data structure, and provide selective
read-write access"), 5.1.6 (data of a vehicle for its service provider).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.errors import MessageError

LeafPath = NewType("LeafPath", str)

MOST_BYTES = 64 * 1024
"""The largest leaf."""

MOST_LEAVES = 200
"""Leaves of one branch; the oldest goes where there would be more."""

MOST_BRANCH_BYTES = 2 * 1024 * 1024
"""Bytes of one branch; the oldest goes where there would be more."""

MOST_PARTS = 12
MOST_PART = 64
MOST_PATH = 400

MEDIA_TYPES = ("application/json", "application/octet-stream", "application/xml", "text/plain")
"""What a leaf may be called; nobody looks whether it is that."""

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:@+~-]*", re.ASCII)
_OF_DEVICES = frozenset({"devices", "vehicle"})
_WHERE = "resources"


class Party(StrEnum):
    """Kinds of those who may come."""

    OWNER = "owner"
    RESIDENT = "resident"
    GUEST = "guest"
    APPLIANCE = "appliance"
    PROVIDER = "provider"


class Act(StrEnum):
    """What may be done with a leaf."""

    READ = "read"
    WRITE = "write"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who comes to the tree.

    Attributes:
        name: by which what was written is signed.
        id: the device that an appliance is, or the provider; empty for people.
    """

    party: Party
    name: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One piece of opaque data.

    Attributes:
        by: who wrote it.
        sequence: of the change that wrote it; grows with every change of the tree.
    """

    path: LeafPath
    media_type: str
    data: bytes
    by: str
    at: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class LeafChange:
    """A leaf was written, or went; without its bytes.

    Attributes:
        removed: whether it went; ``media_type`` and ``size`` are then those that it had.
        by: who did that; ``router`` where it was let go for want of room.
    """

    sequence: int
    path: LeafPath
    removed: bool
    media_type: str
    size: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may do what in one home.

    Attributes:
        providers: of the home file, each with the devices whose data it is to have.
        devices: of the home file.
    """

    providers: Mapping[ProviderId, frozenset[DeviceId]] = field(default_factory=dict)
    devices: frozenset[DeviceId] = frozenset()

    def may(self, who: Who, act: Act, path: LeafPath) -> bool:
        """Whether it is allowed, which depends on the path alone and never on what is there.

        Interpretation: guests see nothing of it, because data of a car may tell more than a plan does. The
        owner may remove what a provider sent, and cannot write in its name.
        """
        place = self._place(path)
        if place is None:
            return False
        match who.party:
            case Party.OWNER:
                return place.is_known or act is not Act.WRITE  # devices and providers go, leaves stay
            case Party.RESIDENT:
                return place.is_known or (place.is_from_provider and act is Act.READ)
            case Party.APPLIANCE:
                return place.is_known and place.device == segment_of(who.id)
            case Party.PROVIDER:
                own = place.provider == segment_of(who.id)
                return own and (act is Act.READ or place.is_from_provider)
            case _:
                return False

    def is_place(self, path: LeafPath) -> bool:
        """Whether the tree has such a place at all, whosever it is."""
        return self._place(path) is not None

    def _place(self, path: LeafPath) -> "_Place | None":
        """What the path says of whose it is; None for what is nobody's."""
        match path.split("/"):
            case ["home", _, *_]:
                return _Place(is_known=True)
            case [kind, device, _, *_] if kind in _OF_DEVICES:
                return _Place(device=device, is_known=device in _segments(self.devices))
            case ["providers", provider, "events", _, _]:
                return _Place(provider=provider, is_from_provider=True)
            case ["providers", provider, "up", whose, _, *_]:
                granted = {segment_of(name): some for name, some in self.providers.items()}
                known = provider in granted and (whose == "home" or whose in _segments(granted[provider]))
                return _Place(provider, "" if whose == "home" else whose, is_known=known)
        return None


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose a path is.

    Attributes:
        is_known: whether it may be written to by others than its provider.
    """

    provider: str = ""
    device: str = ""
    is_from_provider: bool = False
    is_known: bool = False


def _segments(devices: frozenset[DeviceId]) -> frozenset[str]:
    return frozenset(segment_of(device) for device in devices)


def parse_path(text: str, where: str = _WHERE) -> LeafPath:
    """The path, if it is one.

    >>> parse_path("vehicle/car/profile")
    'vehicle/car/profile'

    Raises:
        MessageError: it is not, with what is wrong in one sentence.
    """
    parts = text.split("/")
    shown = ascii(text[:MOST_PART])[1:-1]
    if len(text) > MOST_PATH:
        problem, remedy = f"a path of {len(text)} characters is too long", f"Use at most {MOST_PATH}"
    elif "" in parts:
        problem, remedy = "a part of the path is empty", "Write it like vehicle/car/profile"
    elif any(part.strip(".") == "" for part in parts):
        problem, remedy = "a path never goes up or stays", "Leave '.' and '..' out"
    elif len(parts) > MOST_PARTS:
        problem, remedy = f"a path of {len(parts)} parts is too deep", f"Use at most {MOST_PARTS}"
    elif any(len(part) > MOST_PART for part in parts):
        problem, remedy = "a part of the path is too long", f"Use at most {MOST_PART} characters"
    elif not all(_PART.fullmatch(part) for part in parts):
        problem = "a part of the path has a character that is not allowed"
        remedy = "Use letters, digits and . _ : @ + ~ -, and begin with a letter, a digit or _"
    else:
        return LeafPath(text)
    raise MessageError(where, shown, problem, remedy)


def segment_of(name: str) -> str:
    """One part of a path for a name of anybody, different for different names.

    >>> segment_of("42"), segment_of("a/b")
    ('42', 'a-b~c14cddc0')
    """
    if len(name) <= MOST_PART and _PART.fullmatch(name) and "~" not in name:
        return name
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", name).lstrip(".-")[: MOST_PART - 9] or "x"
    return f"{plain}~{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"


def branch_of(path: LeafPath) -> str:
    """The part of the tree whose leaves share their room, so that nobody fills that of another.

    >>> branch_of(LeafPath("providers/grid/up/car/log/1")), branch_of(LeafPath("home/note"))
    ('providers/grid/up/car', 'home')
    """
    parts = path.split("/")
    match parts:
        case ["providers", _, "events", *_]:
            return "/".join(parts[:3])
        case ["providers", _, "up", *_]:
            return "/".join(parts[:4])
        case [kind, *_] if kind in _OF_DEVICES:
            return "/".join(parts[:2])
    return parts[0]


def is_under(path: str, under: str) -> bool:
    """Whether a path lies at or below another; everything lies below the empty one."""
    return not under or path == under or path.startswith(f"{under}/")


def checked_media_type(text: str, where: str = _WHERE) -> str:
    """One of the media types.

    Raises:
        MessageError: another one, or text that is not in UTF-8.
    """
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    if name not in MEDIA_TYPES:
        known = ", ".join(MEDIA_TYPES)
        shown = ascii(text[:MOST_PART])[1:-1]
        raise MessageError(where, "Content-Type", f"{shown or 'nothing'} is not kept", f"Send {known}")
    charsets = [one.removeprefix("charset=").strip('"') for one in parameters if one.startswith("charset=")]
    if any(one not in ("utf-8", "us-ascii") for one in charsets):
        raise MessageError(where, "Content-Type", "only UTF-8 is kept", "Send UTF-8, or octet-stream")
    return name


def checked_data(data: bytes, where: str = _WHERE) -> bytes:
    """The bytes, unless there are too many.

    Raises:
        MessageError: they are too many.
    """
    if len(data) > MOST_BYTES:
        problem = f"{len(data)} bytes are too many for one leaf"
        raise MessageError(where, "", problem, f"Send at most {MOST_BYTES}")
    return data
