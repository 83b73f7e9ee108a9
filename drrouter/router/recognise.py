"""Recognises the devices of the home file among what was found, at the cost of one look each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from drrouter.domain.ids import DeviceId
from drrouter.ports import Found

_Mark = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sought:
    """How the home file recognises a device: each key given must agree with what was found."""

    integration: str
    match: dict[str, str] = field(default_factory=dict)

    def fits(self, found: Found) -> bool:
        """Whether this is the device; nothing to match means nothing fits."""
        if not self.match or found.integration != self.integration:
            return False
        facts = _facts(found)
        return all(facts.get(key, "").casefold() == value.casefold() for key, value in self.match.items())


class Recogniser:
    """Knows whom to compare a found device with, by one of the marks of each."""

    def __init__(self, sought: Mapping[DeviceId, Sought]) -> None:
        """Sort whom we seek by the first mark that the home file names."""
        self._sought = dict(sought)
        self._by_mark: dict[_Mark, list[DeviceId]] = {}
        for device_id, one in sought.items():
            for key, value in list(one.match.items())[:1]:
                self._by_mark.setdefault((key, value.casefold()), []).append(device_id)

    def owner(self, found: Found) -> DeviceId | None:
        """The first device of the home file that this is; None for a stranger."""
        fitting = {name for name in self._candidates(found) if self._sought[name].fits(found)}
        if len(fitting) <= 1:
            return next(iter(fitting), None)
        return next(name for name in self._sought if name in fitting)

    def _candidates(self, found: Found) -> Iterator[DeviceId]:
        """Those of whom one mark agrees."""
        for key, value in _facts(found).items():
            yield from self._by_mark.get((key, value.casefold()), ())


def _facts(found: Found) -> dict[str, str]:
    """All that a found device shows of itself; its host is its address without the port and the channel."""
    host = found.address.partition("#")[0].rpartition(":")[0]
    return {**found.identity, "address": found.address, "host": host}
