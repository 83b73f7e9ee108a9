"""What limits of feed-in mean for a plan, and that no plan holds back what the guard does exactly."""

from dataclasses import replace

from drrouter.domain.flexibility import EnvelopeFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.planner import Problem, plan
from drrouter.planner.problem import DeviceInput
from drrouter.router.feed_in_plan import bound_by, of_the_site
from drrouter.router.held import held_by
from tests.builders import HOUR, NOON, at, span

SLOTS = tuple(Interval(NOON + hour * HOUR, NOON + (hour + 1) * HOUR) for hour in range(3))
SMALL, LARGE, LOAD = DeviceId("small"), DeviceId("large"), DeviceId("load")


def roof(name: DeviceId, rated_w: float, sun_w: float) -> DeviceInput:
    return DeviceInput(name, name, EnvelopeFlexibility(rated_w), sun_w=(sun_w,) * len(SLOTS))


ROOFS = (roof(SMALL, 2000.0, 1800.0), roof(LARGE, 6000.0, 5000.0))


def test_limits_of_the_site_within_the_span_are_planned_with() -> None:
    site = Limit(span("12:00", "13:00"), 1000.0)
    named = replace(site, members=(SMALL,), scope=Scope.GROUP)
    late = Limit(span("20:00", "21:00"), 1000.0)
    assert of_the_site((site, named, late), Interval(NOON, at("18:00"))) == (site,)


def test_inverters_share_a_limit_on_them_by_their_size_while_it_holds() -> None:
    limit = Limit(span("13:00", "14:00"), 4000.0, Scope.GROUP, (SMALL, LARGE, LOAD))
    small, large = bound_by((limit,), SLOTS, ROOFS)
    assert (small.sun_w, large.sun_w) == ((1800.0, 1000.0, 1800.0), (5000.0, 3000.0, 5000.0))


def test_the_tightest_limit_counts_and_others_keep_their_sun() -> None:
    both = [Limit(span("12:00", "15:00"), watts, Scope.GROUP, (SMALL,)) for watts in (900.0, 700.0)]
    small, large = bound_by(both, SLOTS, ROOFS)
    assert (small.sun_w, large) == ((700.0,) * 3, ROOFS[1])
    assert tuple(bound_by((Limit(both[0].interval, 0.0, Scope.GROUP, (LOAD,)),), SLOTS, ROOFS)) == ROOFS
    dark = replace(ROOFS[0], sun_w=())
    assert tuple(bound_by(both, SLOTS, (dark,))) == (dark,)


def a_problem(sell: float, *limits: Limit) -> Problem:
    three = (0.0,) * 3
    return Problem(
        now=NOON,
        slots=SLOTS,
        import_price=(0.3,) * 3,
        export_price=(sell,) * 3,
        base_load_w=three,
        devices=(ROOFS[1],),
        export_limits=limits,
    )


def test_what_a_limit_of_feed_in_alone_holds_back_is_left_to_the_guard() -> None:
    limit = Limit(span("13:00", "14:00"), 1000.0)
    for sell, held in ((0.1, (None, None, None)), (-0.1, (0.0, 0.0, 0.0))):
        problem = a_problem(sell, limit)
        made = plan(problem)
        assert -made.power_w[LARGE][1] <= 1000.1
        (row,) = held_by(problem, made).values()
        assert tuple(watts for _, watts in row) == held
