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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce

from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import DeviceId, EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.offline import Peak
from drrouter.domain.rates import Rates


@dataclass(frozen=True, slots=True)
class TariffRates:
    """A tariff document expanded over a span, per kWh.

    Attributes:
        import_energy, export_energy: used where no provider sends a price.
        import_adder, export_adder: network fee, tax and margin on top of either.
        import_factor: what a provider's price is multiplied by, such as 1.21 where VAT comes on top.
    """

    currency: str = "EUR"
    import_energy: Rates = field(default_factory=Rates)
    export_energy: Rates = field(default_factory=Rates)
    import_adder: Rates = field(default_factory=Rates)
    export_adder: Rates = field(default_factory=Rates)
    co2_g_per_kwh: Rates = field(default_factory=Rates)
    import_factor: float = 1.0


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


@dataclass(frozen=True, slots=True)
class Timeline:
    """What holds at each instant.

    Attributes:
        sheds: SIMPLE levels; ``members`` empty means every device that can be shed.
        alerts: grid emergencies, with the words of the provider.
        peaks: windows without shiftable consumption, of the offline profiles in force.
        in_force: every winning stretch of every payload type, for the owner's eyes.
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

    def limits_at(self, instant: datetime) -> tuple[Limit, ...]:
        """The limits in force."""
        return tuple(limit for limit in self.limits if limit.interval.holds(instant))

    def edges_after(self, instant: datetime) -> tuple[datetime, ...]:
        """When orders (limits, sheds, alerts, peaks) begin or end, after the instant, ascending."""
        spans = [limit.interval for limit in self.limits] + [peak.interval for peak in self.peaks]
        spans += [order.interval for order in (*self.sheds, *self.alerts)]
        return tuple(sorted({edge for span in spans for edge in (span.start, span.end) if edge > instant}))


def resolve(
    events: Iterable[Event],
    tariff: TariffRates,
    directory: Mapping[str, tuple[DeviceId, ...]],
) -> Timeline:
    """Turn events and a tariff into the timeline.

    Args:
        events: the events in force, of all providers, in any order.
        tariff: the tariff over the span that shall be known.
        directory: which devices a target name means; a name mapped to () is the whole site. An
            event whose targets are all unknown here is meant for somebody else and left out.

    Interpretation: prices of several providers add up (energy and network), over the time for
    which all of them are known; OpenADR 3.1 leaves this open. A price for some devices only is not the
    price of the site's meter: it is shown in ``in_force`` and counts nowhere.
    """
    mine = [(event, members) for event in events if (members := _members(event, directory)) is not None]
    forces = {kind: _in_force(mine, kind) for kind in PayloadType}
    return Timeline(
        currency=tariff.currency,
        import_price=_price(
            forces[PayloadType.PRICE], tariff.import_energy, tariff.import_adder, tariff.import_factor
        ),
        export_price=_price(forces[PayloadType.EXPORT_PRICE], tariff.export_energy, tariff.export_adder),
        co2_g_per_kwh=tariff.co2_g_per_kwh.overlay(_sum_of_providers(forces[PayloadType.GHG])),
        limits=tuple(_limit(order) for order in forces[PayloadType.IMPORT_CAPACITY_LIMIT]),
        sheds=tuple(order for order in forces[PayloadType.SIMPLE] if order.value > 0),
        alerts=forces[PayloadType.ALERT_GRID_EMERGENCY],
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
    tightness = payload.value if payload.type is PayloadType.IMPORT_CAPACITY_LIMIT else -payload.value
    if payload.type in (PayloadType.PRICE, PayloadType.EXPORT_PRICE, PayloadType.GHG):
        tightness = 0.0
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
    kept = (event.id, payload.value, payload.text)
    if last and last.interval.end == span.start and (last.event_id, last.value, last.text) == kept:
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
        )
    )


def _price(orders: tuple[Order, ...], energy: Rates, adder: Rates, factor: float = 1.0) -> Rates:
    """Energy (the providers' where known, else the tariff's) plus what the tariff adds."""
    total = energy.overlay(_sum_of_providers(orders).times(factor))
    return total.plus(adder) if adder.steps else total


def _sum_of_providers(orders: tuple[Order, ...]) -> Rates:
    """The sum of the rates that each provider sets for the whole site."""
    steps: dict[ProviderId, list[tuple[Interval, float]]] = {}
    for order in orders:
        if order.members:
            continue
        steps.setdefault(order.provider, []).append((order.interval, order.value))
    series = [Rates(tuple(sorted(group))) for group in steps.values()]
    return reduce(Rates.plus, series) if series else Rates()


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
