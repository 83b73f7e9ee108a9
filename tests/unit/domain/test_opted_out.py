"""What is left of events and orders where the owner has taken the home, or a device, out of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import DeviceId, EventId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.opted_out import kept_events, kept_orders, takes_from
from drrouter.domain.owner import OptOut, Vacation
from drrouter.domain.timeline import TariffRates, Timeline, resolve
from tests.builders import CAR, FREEZER, HOUR, HVAC, SP, at, event, payload, shed

DEVICES = (CAR, FREEZER, HVAC)
GRID = ProviderId("utility")


def resolved(*events: Event) -> Timeline:
    return resolve(events, TariffRates(), {CAR: (CAR,), "flexible": (CAR, HVAC)})


def test_the_home_is_out_of_an_event_until_the_opt_out_ends() -> None:
    order = event(
        "a",
        payload(PayloadType.SIMPLE, 2, "13:00", "15:00"),
        payload(PayloadType.PRICE, 0.5, "12:00", "16:00"),
    )
    out = OptOut(at("14:00"), order.provider, order.id)
    kept = kept_events([order], [out])[0]
    spans = [(one.type.value, one.interval.start, one.interval.end) for one in kept.payloads]
    assert spans == [("SIMPLE", at("14:00"), at("15:00")), ("PRICE", at("12:00"), at("16:00"))]
    assert takes_from(order, out)
    assert not takes_from(order, replace(out, until=at("13:00")))


def test_an_opt_out_means_its_own_events_alone() -> None:
    order = shed("a", "13:00", "15:00", level=2)
    for other in (
        OptOut(at("16:00"), order.provider, EventId("b")),
        OptOut(at("16:00"), ProviderId("other")),
        OptOut(at("12:30")),
    ):
        assert kept_events([order], [other]) == [order]
    assert kept_events([order], [OptOut(at("16:00"))])[0].payloads == ()


def test_a_device_is_out_of_an_order_for_the_whole_home_and_comes_back_into_it() -> None:
    timeline = resolved(shed("a", "13:00", "15:00", level=2))
    kept = kept_orders(timeline, [OptOut(at("14:00"), device_id=CAR)], DEVICES).sheds
    assert [(one.interval.end, one.members) for one in kept] == [
        (at("14:00"), (FREEZER, HVAC)),
        (at("15:00"), ()),
    ]


def test_an_order_for_that_device_alone_is_gone_while_it_is_out() -> None:
    timeline = resolved(shed("a", "13:00", "15:00", level=2, targets=(CAR,)))
    assert kept_orders(timeline, [OptOut(at("15:00"), device_id=CAR)], DEVICES).sheds == ()
    assert kept_orders(timeline, [OptOut(at("15:00"), device_id=HVAC)], DEVICES) == timeline


def test_an_opt_out_of_a_device_means_its_own_events_alone() -> None:
    timeline = resolved(shed("a", "13:00", "15:00", level=2))
    for other in (
        OptOut(at("15:00"), ProviderId("other"), device_id=CAR),
        OptOut(at("15:00"), SP, EventId("b"), CAR),
    ):
        assert kept_orders(timeline, [other], DEVICES) == timeline


def test_a_limit_of_a_group_lets_a_device_go_and_one_of_the_site_does_not() -> None:
    span = Interval(at("13:00"), at("15:00"))
    group = Limit(span, 4200.0, Scope.GROUP, (CAR, HVAC), provider=GRID, event_id=EventId("a"))
    site = Limit(span, 6000.0, provider=GRID, event_id=EventId("b"))
    timeline = replace(resolved(), limits=(group, site))
    kept = kept_orders(timeline, [OptOut(at("20:00"), GRID, device_id=CAR)], DEVICES).limits
    assert kept == (replace(group, members=(HVAC,)), site)


@given(st.integers(0, 8), st.lists(st.sampled_from(DEVICES), max_size=3))
def test_no_order_means_a_device_that_is_out_and_all_others_are_meant_as_before(
    hours: int, out: list[DeviceId]
) -> None:
    timeline = resolved(shed("a", "13:00", "15:00", level=2))
    words = [OptOut(at("12:00") + hours * HOUR / 2, device_id=one) for one in out]
    kept = kept_orders(timeline, words, DEVICES).sheds
    for instant in (at("13:00"), at("13:59"), at("14:00"), at("14:59")):
        for device in DEVICES:
            is_out = device in out and instant < at("12:00") + hours * HOUR / 2
            meant = any(one.interval.holds(instant) and device in (one.members or DEVICES) for one in kept)
            assert meant is not is_out


def test_the_same_opt_out_again_has_the_same_name_and_others_have_others() -> None:
    one = OptOut(at("14:00"), GRID, EventId("a:b/c"), CAR)
    assert one.id == replace(one, until=at("15:00"), by="resident").id == f"{GRID}:a%3Ab%2Fc:{CAR}"
    assert OptOut(at("14:00")).id == "*:*:*"


def test_words_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="names its provider"):
        OptOut(at("14:00"), event_id=EventId("a"))
    with pytest.raises(ValueError, match="ends after it starts"):
        Vacation(at("14:00"), at("14:00"))
