"""Laws of several providers: each is held to its mandate, none moves another's, and the higher rank holds."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.device import DeviceState
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import DeviceId, EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.mandate import Mandates, Role, admitted, mandate
from drrouter.domain.timeline import TariffRates, Timeline, resolve
from drrouter.router.arbiter import conflicts_of
from drrouter.router.directed import directed
from drrouter.router.guard import Claim, Orders, judge
from drrouter.router.registry import Seat
from drrouter.router.schedule import Proposal
from tests.builders import BATTERY, CAR, DAY, MINUTE, battery, car

DIRECTORY: dict[str, tuple[DeviceId, ...]] = {"battery": (BATTERY,), "car": (CAR,), "home": ()}
PROVIDERS = tuple(ProviderId(name) for name in ("sells", "grid", "agg", "rival"))
MANDATES: Mandates = {
    PROVIDERS[0]: mandate(Role.ENERGY),
    PROVIDERS[1]: mandate(Role.NETWORK),
    PROVIDERS[2]: mandate(Role.AGGREGATOR),
    PROVIDERS[3]: mandate(Role.ENERGY),
}
KINDS = (
    PayloadType.PRICE,
    PayloadType.GHG,
    PayloadType.IMPORT_CAPACITY_LIMIT,
    PayloadType.ALERT_GRID_EMERGENCY,
    PayloadType.DISPATCH_SETPOINT,
    PayloadType.SIMPLE,
)


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Events of four providers, each of any kind, within and beyond their mandates."""
    made = []
    for number in range(draw(st.integers(0, 12))):
        start = DAY + draw(st.integers(0, 20)) * MINUTE
        span = Interval(start, start + draw(st.integers(1, 20)) * MINUTE)
        value = float(draw(st.integers(0, 5)))
        kind = draw(st.sampled_from(KINDS))
        watts = kind in (PayloadType.IMPORT_CAPACITY_LIMIT, PayloadType.DISPATCH_SETPOINT)
        made.append(
            Event(
                EventId(f"e{number}"),
                draw(st.sampled_from(PROVIDERS)),
                ProgramId("p"),
                f"e{number}",
                DAY + draw(st.integers(0, 3)) * MINUTE,
                (Payload(kind, span, value * 1000.0 if watts else value),),
                draw(st.none() | st.integers(0, 2)),
                draw(st.sampled_from(((), ("battery",), ("car",)))),
            )
        )
    return made


def resolved(some: list[Event]) -> Timeline:
    return resolve([admitted(event, MANDATES) for event in some], TariffRates(), DIRECTORY, MANDATES)


@given(some=events())
def test_nothing_beyond_a_mandate_is_ever_in_force(some: list[Event]) -> None:
    for kind, orders in resolved(some).in_force.items():
        assert all(kind in MANDATES[order.provider].kinds for order in orders)


@given(some=events(), who=st.sampled_from(PROVIDERS))
def test_what_is_in_force_of_a_provider_does_not_depend_on_the_others(
    some: list[Event], who: ProviderId
) -> None:
    def of_it(timeline: Timeline) -> object:
        kept = {
            kind: [order for order in orders if order.provider == who]
            for kind, orders in timeline.in_force.items()
        }
        return {kind: orders for kind, orders in kept.items() if orders}

    alone = [event for event in some if event.provider == who]
    assert of_it(resolved(some)) == of_it(resolved(alone))


@given(some=events(), seed=st.integers())
def test_prices_and_conflicts_do_not_mind_in_which_order_events_come(some: list[Event], seed: int) -> None:
    shuffled = list(some)
    random.Random(seed).shuffle(shuffled)
    one, other = resolved(some), resolved(shuffled)
    assert one == other
    assert conflicts_of(one, MANDATES, DAY) == conflicts_of(other, MANDATES, DAY)


@given(some=events(), minute=st.integers(0, 40))
def test_the_price_is_the_sum_of_its_parts_wherever_it_is_known(some: list[Event], minute: int) -> None:
    timeline, instant = resolved(some), DAY + minute * MINUTE
    price = timeline.import_price.at(instant)
    parts = [part.rates.at(instant) for part in timeline.import_parts]
    if price is not None:
        assert abs(price - sum(part for part in parts if part is not None)) < 1e-6


@given(some=events(), minute=st.integers(0, 40), base_w=st.integers(0, 3000))
def test_no_set_point_lifts_the_home_over_a_limit_nor_takes_power_in_an_emergency(
    some: list[Event], minute: int, base_w: int
) -> None:
    timeline, instant = resolved(some), DAY + minute * MINUTE
    seats = {one.id: Seat(one, DeviceState(setpoint_w=0.0, level=5000.0)) for one in (battery(), car())}
    wanted = [order for order in timeline.setpoints if order.interval.holds(instant)]
    claims = []
    for seat in seats.values():
        asked = directed(seat, Proposal(0.0, "rests"), wanted, lambda name: seats[name].profile)
        claims.append(Claim(seat.profile, seat.state, asked.power_w))
    limits = timeline.limits_at(instant)
    alerts = tuple(order for order in timeline.alerts if order.interval.holds(instant))
    verdict = judge(claims, Orders(limits, (), alerts), float(base_w))
    told = {claim.id: verdict.bands[claim.id].clip(claim.proposed_w) for claim in claims}
    for limit in limits:
        members = set(limit.members or told)
        load_w = sum(watts for name, watts in told.items() if name in members)
        load_w += 0.0 if limit.members else base_w
        assert limit.provider
        assert limit.event_id
        impossible_w = verdict.impossible_w.get((limit.provider, limit.event_id), 0.0)
        assert load_w <= limit.effective_w + impossible_w + 1e-6
    for alert in alerts:
        assert all(watts <= 0.0 for name, watts in told.items() if name in (alert.members or told))


@given(some=events())
def test_a_mandate_admits_the_same_again(some: list[Event]) -> None:
    for event in some:
        once = admitted(event, MANDATES)
        assert admitted(once, MANDATES) is once
        assert admitted(replace(event, payloads=once.payloads), MANDATES).beyond == ()
