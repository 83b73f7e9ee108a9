"""One truth per instant out of overlapping, prioritised events and a tariff.

``resolve`` is a pure function: the same events, tariff and directory give the same timeline,
in whatever order the events came.

    event a, priority 1   |-----30-----------|
    event b, priority 0         |--80--|
    in force              |-30--|--80--|-30--|

Precedence (DESIGN, "Precedence"): within one provider and payload type the lower priority number
wins, None is lowest; ties go to the tighter value, then the newest modification, then the id.
Across providers the tighter limit holds, since all of them stand in the timeline.
"""

import heapq
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import DeviceId, EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.mandate import NO_MANDATES, Mandates
from drrouter.domain.offline import Peak
from drrouter.domain.payload_classes import (
    FLEX_ALERT_LEVEL,
    HIGHER_IS_TIGHTER,
    LOWER_IS_TIGHTER,
    MESSAGES,
    SETPOINTS,
    SHEDS,
    STOPS,
    shed_level,
)
from drrouter.domain.price_parts import PricePart, TariffParts, first_of, in_order, price_of
from drrouter.domain.rates import Rates
from drrouter.domain.said import said


@dataclass(frozen=True, slots=True)
class TariffRates:
    """A tariff document expanded over a span, per kWh.

    Attributes:
        import_energy, export_energy: used where no provider sends a price.
        import_adder, export_adder: network fee, tax and margin on top of either.
        import_factor: what a provider's price is multiplied by, such as 1.21 where VAT comes on top.
        import_network: the part of ``import_adder`` that a network's own price takes the place of.
        network_factor: what a network's own price is multiplied by.
    """

    currency: str = "EUR"
    import_energy: Rates = field(default_factory=Rates)
    export_energy: Rates = field(default_factory=Rates)
    import_adder: Rates = field(default_factory=Rates)
    export_adder: Rates = field(default_factory=Rates)
    co2_g_per_kwh: Rates = field(default_factory=Rates)
    import_factor: float = 1.0
    import_network: Rates = field(default_factory=Rates)
    network_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """A payload in force over an interval, with the event it comes from."""

    interval: Interval
    value: float
    event_id: EventId
    provider: ProviderId
    program_id: ProgramId
    members: tuple[DeviceId, ...] = ()
    text: str = ""
    unit: str = ""
    curve: tuple[tuple[float, float], ...] = ()
    kind: PayloadType | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """What holds at each instant.

    Attributes:
        sheds: levels from 1 to 3; ``members`` empty means every device that can be shed.
        alerts: emergencies in which the home uses as little as it can, with the words of the provider.
        peaks: windows without shiftable consumption, of flex alerts and of the offline profiles in force.
        export_limits: the most that the site may feed in, in W.
        setpoints: what providers want of devices by name.
        messages: alerts that are told to the owner, and stop nothing.
        in_force: every winning stretch of every payload type, for the owner's eyes.
        import_parts, export_parts: what those prices are the sums of.
    """

    currency: str
    import_price: Rates
    export_price: Rates
    co2_g_per_kwh: Rates
    limits: tuple[Limit, ...] = ()
    sheds: tuple[Order, ...] = ()
    alerts: tuple[Order, ...] = ()
    peaks: tuple[Peak, ...] = ()
    in_force: dict[PayloadType, tuple[Order, ...]] = field(default_factory=dict)
    export_limits: tuple[Limit, ...] = ()
    setpoints: tuple[Order, ...] = ()
    messages: tuple[Order, ...] = ()
    import_parts: tuple[PricePart, ...] = ()
    export_parts: tuple[PricePart, ...] = ()

    def limits_at(self, instant: datetime) -> tuple[Limit, ...]:
        """The limits in force."""
        return tuple(limit for limit in self.limits if limit.interval.holds(instant))

    def export_limits_at(self, instant: datetime) -> tuple[Limit, ...]:
        """The limits of export in force."""
        return tuple(limit for limit in self.export_limits if limit.interval.holds(instant))

    def edges_after(self, instant: datetime) -> tuple[datetime, ...]:
        """When orders begin or end, after the instant, ascending."""
        spans = [limit.interval for limit in (*self.limits, *self.export_limits)]
        spans += [peak.interval for peak in self.peaks]
        spans += [order.interval for order in (*self.sheds, *self.alerts, *self.setpoints, *self.messages)]
        return tuple(sorted({edge for span in spans for edge in (span.start, span.end) if edge > instant}))


def resolve(
    events: Iterable[Event],
    tariff: TariffRates,
    directory: Mapping[str, tuple[DeviceId, ...]],
    mandates: Mandates = NO_MANDATES,
) -> Timeline:
    """Turn events and a tariff into the timeline.

    Args:
        events: the events in force, of all providers, in any order.
        tariff: the tariff over the span that shall be known.
        directory: which devices a target name means; a name mapped to () is the whole site. An
            event whose targets are all unknown here is meant for somebody else and left out.
        mandates: what each provider is to the home, in the order of the home file (``price_parts``).

    Interpretation: a price for some devices only is not the price of the site's meter: it is shown in
    ``in_force`` and counts nowhere. CO2 of several providers does not add up: the first that is known holds.
    """
    mine = [(event, members) for event in events if (members := _members(event, directory)) is not None]
    forces = {kind: _in_force(mine, kind) for kind in PayloadType}
    import_price, import_parts = price_of(series_of(forces[PayloadType.PRICE]), _bought(tariff), mandates)
    sold = TariffParts(tariff.export_energy, tariff.export_adder)
    export_price, export_parts = price_of(series_of(forces[PayloadType.EXPORT_PRICE]), sold, mandates)
    ghg = series_of(forces[PayloadType.GHG])
    return Timeline(
        currency=tariff.currency,
        import_price=import_price,
        export_price=export_price,
        import_parts=import_parts,
        export_parts=export_parts,
        co2_g_per_kwh=tariff.co2_g_per_kwh.overlay(first_of(ghg, in_order(ghg, mandates))),
        limits=_limits(forces, "IMPORT"),
        export_limits=_limits(forces, "EXPORT"),
        sheds=_sheds(forces),
        alerts=_orders(forces, STOPS),
        peaks=tuple(
            Peak(order.interval, order.provider, said("peak.scarce"), origin=said("peak.flex_alert"))
            for order in forces[PayloadType.ALERT_FLEX_ALERT]
            if not order.members
        ),
        setpoints=_orders(forces, SETPOINTS),
        messages=_orders(forces, MESSAGES),
        in_force={kind: orders for kind, orders in forces.items() if orders},
    )


def _members(event: Event, directory: Mapping[str, tuple[DeviceId, ...]]) -> tuple[DeviceId, ...] | None:
    """The devices meant; () is the whole site, None is somebody else."""
    known = [directory[target] for target in event.targets if target in directory]
    if event.targets and not known:
        return None
    if any(not members for members in known):
        return ()
    return tuple(sorted({member for members in known for member in members}))


def _in_force(events: list[tuple[Event, tuple[DeviceId, ...]]], kind: PayloadType) -> tuple[Order, ...]:
    """The winning stretches, separately per provider and per set of devices meant."""
    rivals: dict[tuple[ProviderId, tuple[DeviceId, ...]], list[tuple[Event, Payload]]] = {}
    for event, members in events:
        for payload in event.of(kind):
            rivals.setdefault((event.provider, members), []).append((event, payload))
    orders = [order for (_, members), group in sorted(rivals.items()) for order in _winners(group, members)]
    return tuple(orders)


def _winners(rivals: list[tuple[Event, Payload]], members: tuple[DeviceId, ...]) -> list[Order]:
    """Sweep over all edges; at each the strongest payload that holds there wins."""
    rivals = sorted(rivals, key=lambda rival: rival[1].interval.start)
    edges = sorted({edge for _, payload in rivals for edge in (payload.interval.start, payload.interval.end)})
    heap: list[tuple[tuple[object, ...], int]] = []
    orders: list[Order] = []
    coming = 0
    for start, end in itertools.pairwise(edges):
        while coming < len(rivals) and rivals[coming][1].interval.start <= start:
            heapq.heappush(heap, (_strength(*rivals[coming]), coming))
            coming += 1
        while heap and rivals[heap[0][1]][1].interval.end <= start:
            heapq.heappop(heap)
        if heap:
            _add_order(orders, Interval(start, end), rivals[heap[0][1]], members)
    return orders


def _strength(event: Event, payload: Payload) -> tuple[object, ...]:
    """Smaller is stronger."""
    tightness = 0.0
    if payload.type in LOWER_IS_TIGHTER:
        tightness = payload.value
    elif payload.type in HIGHER_IS_TIGHTER:
        tightness = -payload.value
    priority = float("inf") if event.priority is None else event.priority
    return (
        priority,
        tightness,
        -event.modified_at.timestamp(),
        event.id,
        payload.interval.start,
    )


def _add_order(
    orders: list[Order],
    span: Interval,
    winner: tuple[Event, Payload],
    members: tuple[DeviceId, ...],
) -> None:
    """Append, or lengthen the last stretch when the same event and value go on."""
    event, payload = winner
    last = orders[-1] if orders else None
    kept = (event.id, payload.value, payload.text, payload.curve)
    same = last is not None and (last.event_id, last.value, last.text, last.curve) == kept
    if last and same and last.interval.end == span.start:
        span = Interval(orders.pop().interval.start, span.end)
    orders.append(
        Order(
            span,
            payload.value,
            event.id,
            event.provider,
            event.program_id,
            members,
            payload.text,
            payload.unit,
            payload.curve,
            payload.type,
        )
    )


def _bought(tariff: TariffRates) -> TariffParts:
    """What the tariff says of import."""
    return TariffParts(
        tariff.import_energy,
        tariff.import_adder,
        tariff.import_network,
        tariff.import_factor,
        tariff.network_factor,
    )


def series_of(orders: Iterable[Order]) -> dict[ProviderId, Rates]:
    """What each provider sets for the whole site."""
    steps: dict[ProviderId, list[tuple[Interval, float]]] = {}
    for order in orders:
        if not order.members:
            steps.setdefault(order.provider, []).append((order.interval, order.value))
    return {provider: Rates(tuple(sorted(group))) for provider, group in steps.items()}


def _orders(
    forces: Mapping[PayloadType, tuple[Order, ...]], kinds: Iterable[PayloadType]
) -> tuple[Order, ...]:
    """All of these types."""
    return tuple(order for kind in sorted(kinds) for order in forces[kind])


def _sheds(forces: Mapping[PayloadType, tuple[Order, ...]]) -> tuple[Order, ...]:
    """Levels above normal, whichever way they are asked for."""
    found = [
        replace(order, value=level)
        for kind in sorted(SHEDS)
        for order in forces[kind]
        if (level := shed_level(kind, order.value)) > 0
    ]
    found += [replace(order, value=FLEX_ALERT_LEVEL) for order in forces[PayloadType.ALERT_FLEX_ALERT]]
    return tuple(found)


def _limits(forces: Mapping[PayloadType, tuple[Order, ...]], way: str) -> tuple[Limit, ...]:
    """What may be taken from the grid, or fed into it, at most.

    Interpretation: a subscription of capacity binds like a limit, and a reservation of the same provider for
    the same devices widens it while it lasts; a reservation without a subscription binds nobody.
    """
    limits = [_limit(order) for order in forces[PayloadType(f"{way}_CAPACITY_LIMIT")]]
    reserved = forces[PayloadType(f"{way}_CAPACITY_RESERVATION")]
    for order in forces[PayloadType(f"{way}_CAPACITY_SUBSCRIPTION")]:
        wider = [one for one in reserved if (one.provider, one.members) == (order.provider, order.members)]
        limits += [_limit(part) for part in _widened(order, wider)]
    return tuple(limits)


def _widened(order: Order, wider: Iterable[Order]) -> Iterator[Order]:
    """The order, with what the others add to it while they last."""
    spans = [(overlap, one.value) for one in wider if (overlap := order.interval.overlap(one.interval))]
    edges = {order.interval.start, order.interval.end}
    edges |= {edge for overlap, _ in spans for edge in (overlap.start, overlap.end)}
    for start, end in itertools.pairwise(sorted(edges)):
        more = sum(value for overlap, value in spans if overlap.holds(start))
        yield replace(order, interval=Interval(start, end), value=order.value + more)


def _limit(order: Order) -> Limit:
    """A capacity limit binds the site, or the devices that the event names."""
    return Limit(
        interval=order.interval,
        max_w=order.value,
        scope=Scope.GROUP if order.members else Scope.SITE,
        members=order.members,
        provider=order.provider,
        event_id=order.event_id,
        program=order.program_id,
    )
