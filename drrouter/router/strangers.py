"""Found devices that are none of the home yet, each with what the setup would write of it.

Names and texts of strangers are hostile; what is proposed is harmless, and people may write something else.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from drrouter.domain.words import clean
from drrouter.ports import Found
from drrouter.router.setting_up import DeviceSetup
from drrouter.router.viewed import FoundView

_MARKS = ("id", "mac", "alias")
"""From the one that lasts longest."""

_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}")
_LONGEST_MARK, _LONGEST_NAME, _LONGEST_ID = 128, 60, 28


@dataclass(frozen=True, slots=True)
class Stranger:
    """A found device that is none of the home.

    Attributes:
        device_id, name, match: proposed for the home file.
        maker: what it says that it is.
        model_id: the object model that fits it best; None where none fits.
        confidence: from 0 to 1, how well that one knows it.
    """

    integration: str
    address: str
    device_id: str
    name: str
    maker: str
    match: Mapping[str, str]
    model_id: str | None = None
    confidence: float | None = None


def strangers(found: Sequence[FoundView], known: Sequence[DeviceSetup]) -> tuple[Stranger, ...]:
    """Every stranger that can be told from the others.

    Args:
        found: everything that was seen.
        known: the devices of the home file, which the running home may not know yet.
    """
    written = {(one.integration, key, value.casefold()) for one in known for key, value in one.match.items()}
    fresh = [view for view in found if not any(_key(view.found, *m) in written for m in _marks(view.found))]
    return tuple(_strangers(found, fresh, {one.id for one in known}))


def _strangers(found: Sequence[FoundView], fresh: Sequence[FoundView], taken: set[str]) -> Iterator[Stranger]:
    marks = Counter(_key(view.found, *mark) for view in found for mark in _marks(view.found))
    for view in fresh:
        if view.device_id is not None:
            continue
        one = view.found
        own = [mark for mark in _marks(one) if marks[_key(one, *mark)] == 1]
        if not own:
            continue
        name = clean(one.identity.get("alias") or one.identity.get("model") or one.address, _LONGEST_NAME)
        device_id = _free(name, taken)
        taken.add(device_id)
        maker = " ".join(one.identity.get(key, "") for key in ("brand", "model"))
        confidence = view.confidence if view.proposed_id else None
        yield Stranger(
            one.integration,
            one.address,
            device_id,
            name or device_id,
            clean(maker, _LONGEST_NAME),
            dict(own[:1]),
            view.proposed_id,
            confidence,
        )


def _marks(found: Found) -> Iterator[tuple[str, str]]:
    """What it may be recognised by."""
    for key in _MARKS:
        value = found.identity.get(key, "")
        fits = bool(_MAC.fullmatch(value)) if key == "mac" else 0 < len(value) <= _LONGEST_MARK
        if fits and value.isprintable():
            yield key, value
    if re.fullmatch(r"[A-Za-z0-9._:\-\[\]%]{1,255}", found.address):
        yield "address", found.address


def _key(found: Found, key: str, value: str) -> tuple[str, str, str]:
    return found.integration, key, value.casefold()


def _free(name: str, taken: set[str]) -> str:
    """An id out of the name that nobody has."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_ID].strip("_")
    base = base if base[:1].isalpha() else f"device_{base}".strip("_")[:_LONGEST_ID]
    if base not in taken:
        return base
    return next(made for number in range(2, len(taken) + 3) if (made := f"{base}_{number}") not in taken)
