"""What a provider may send: its role in the home, and the payload types that this role covers.

    energy       prices, CO2, its own load programmes (sheds, flex alerts), messages
    network      capacity limits, emergencies, sheds, flex alerts, a part of the price, CO2, messages, curves
    aggregator   sheds, set-points and dispatch, curves, messages about what it runs
    (no role)    everything: a utility that sells energy and runs the grid, or a home's only provider

Interpretation: OpenADR 3.1 lets every VTN send every payload type, and B10 wants a stated rule. Ours is the
least that each trade needs. Whoever sells energy has no say in what a connection may carry; whoever runs the
grid dispatches no single device; an aggregator neither sets prices nor declares emergencies, because it could
pass its own orders off for something of higher rank. Sheds belong to all three: they stop only what the owner
lets be shed. The owner's ``may_send`` takes the place of this default, wider or narrower.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import ProviderId
from drrouter.domain.payload_classes import ALERTS, PRICES, SETPOINTS, SHEDS, STOPS
from drrouter.domain.said import said


class Role(StrEnum):
    """The trade of a provider."""

    ENERGY = "energy"
    NETWORK = "network"
    AGGREGATOR = "aggregator"


_LIMITS = frozenset(kind for kind in PayloadType if "_CAPACITY_" in kind)
_DISPATCH = SETPOINTS | {PayloadType.CONTROL_SETPOINT, PayloadType.DISPATCH_INSTRUCTION}
_CTA2045 = frozenset(kind for kind in PayloadType if kind.startswith("CTA2045_"))
_FLEX = frozenset({PayloadType.ALERT_FLEX_ALERT})
_OUTAGE = frozenset({PayloadType.ALERT_POSSIBLE_OUTAGE})

GROUPS: Mapping[str, frozenset[PayloadType]] = {
    "prices": PRICES,
    "co2": frozenset({PayloadType.GHG}),
    "limits": _LIMITS,
    "sheds": SHEDS,
    "emergencies": STOPS,
    "flex_alerts": _FLEX,
    "outages": _OUTAGE,
    "messages": ALERTS - STOPS - _FLEX - _OUTAGE,
    "setpoints": _DISPATCH,
    "curves": frozenset({PayloadType.CURVE}),
    "cta2045": _CTA2045,
}
"""Words of the home file for several payload types; together they are all that there are."""

_BY_ROLE: Mapping[Role, tuple[str, ...]] = {
    Role.ENERGY: ("prices", "co2", "sheds", "flex_alerts", "messages", "cta2045"),
    Role.NETWORK: (
        "prices",
        "co2",
        "limits",
        "sheds",
        "emergencies",
        "flex_alerts",
        "outages",
        "messages",
        "curves",
        "cta2045",
    ),
    Role.AGGREGATOR: ("sheds", "setpoints", "messages", "curves", "cta2045"),
}


@dataclass(frozen=True, slots=True)
class Mandate:
    """What one provider is to this home, and what it may send.

    Attributes:
        role: None where the home file names none.
        kinds: the payload types that are obeyed, or shown, when they come from it.
        stated: whether the owner wrote them down, and did not leave them to the role.
    """

    role: Role | None = None
    kinds: frozenset[PayloadType] = frozenset(PayloadType)
    stated: bool = False

    @property
    def promises_network_price(self) -> bool:
        """Whether the price of energy is not known without its part, even before it sent any."""
        return self.role is Role.NETWORK and self.stated and PayloadType.PRICE in self.kinds

    def words(self) -> tuple[str, ...]:
        """What it may send, in the shortest words of the home file."""
        whole = [name for name, kinds in GROUPS.items() if kinds <= self.kinds]
        covered = frozenset[PayloadType]().union(*(GROUPS[name] for name in whole))
        return (*whole, *sorted(kind.value for kind in self.kinds - covered))

    def admit(self, event: Event) -> Event:
        """The event without what is beyond this; ``beyond`` and ``ignored`` then name what was left out.

        The sentences go back to the provider: they speak of its own payload types and of nobody else.
        """
        beyond = tuple(sorted({one.type for one in event.payloads} - self.kinds))
        if not beyond:
            return event
        return replace(
            event,
            payloads=event.of(*self.kinds),
            beyond=beyond,
            ignored=(
                *event.ignored,
                *(said("refused.beyond", kind=kind) for kind in beyond),
            ),
        )


Mandates = Mapping[ProviderId, Mandate]
"""By provider, in the order of the home file; whoever is missing may send everything."""

NO_MANDATES: Mandates = MappingProxyType({})


def admitted(event: Event, mandates: Mandates) -> Event:
    """The event without what its provider may not send."""
    known = mandates.get(event.provider)
    return known.admit(event) if known else event


def mandate(role: Role | None, may_send: Iterable[str] | None = None) -> Mandate:
    """The mandate of a provider.

    Args:
        role: its trade; None: everything.
        may_send: groups and payload types that take the place of the role's; None: as the role says.

    Raises:
        ValueError: a word is neither.

    >>> mandate(Role.ENERGY).words()
    ('prices', 'co2', 'sheds', 'flex_alerts', 'messages', 'cta2045')
    >>> mandate(Role.ENERGY, ["prices", "SIMPLE"]).words()
    ('prices', 'SIMPLE')
    """
    if may_send is not None:
        return Mandate(role, _kinds(may_send), stated=True)
    return Mandate(role, _kinds(_BY_ROLE[role])) if role else Mandate()


def _kinds(words: Iterable[str]) -> frozenset[PayloadType]:
    """The payload types of these words."""
    kinds: set[PayloadType] = set()
    for word in words:
        if word in GROUPS:
            kinds |= GROUPS[word]
        elif word in PayloadType.__members__:
            kinds.add(PayloadType[word])
        else:
            known = ", ".join(GROUPS)
            raise ValueError(f"{word!r} is no payload type of OpenADR 3.1, and none of {known}")
    return frozenset(kinds)
