"""Laws of the guard over random homes: bands are never empty, and limits hold wherever they can."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.wish import Override, OverrideMode, RunningCycle
from drrouter.router.guard import Claim, Orders, Verdict, judge
from drrouter.router.safety import lowest_w, must_run, nominal_w
from tests.builders import (
    DAY,
    ECO,
    at,
    battery,
    car,
    freezer,
    heat_pump,
    hvac,
    inverter,
    limit,
    order,
    washer,
)

WATTS = st.integers(min_value=0, max_value=8000).map(float)
KINDS = st.sampled_from((freezer, washer, car, hvac))
SET_KINDS: dict[str, Callable[[str], DeviceProfile]] = {
    "battery": battery,
    "car": car,
    "inverter": inverter,
    "heat pump": heat_pump,
}


@dataclass(frozen=True)
class Home:
    """One instant of a random home."""

    claims: tuple[Claim, ...]
    orders: Orders
    base_w: float

    @property
    def verdict(self) -> Verdict:
        return judge(self.claims, self.orders, self.base_w)

    def load_w(self, verdict: Verdict, bound: Limit) -> float:
        """What the devices that are bound draw when each gets what it wants, clipped into its band."""
        members = [claim for claim in self.claims if _is_bound(bound, claim)]
        return sum(_draws(claim, verdict) for claim in members)


@st.composite
def claims(draw: st.DrawFn, number: int) -> Claim:
    """A device in any state, that wants to run or not, with an override or none."""
    made: DeviceProfile = draw(KINDS)(f"device{number}", shed_from_level=draw(st.sampled_from((None, 1, 3))))
    state = DeviceState(
        on=draw(st.sampled_from((None, True, False))),
        power_w=draw(st.none() | st.sampled_from((0.0, 100.0, 2000.0))),
        level=draw(st.none() | st.sampled_from((-20.0, -16.1, 5000.0))),
    )
    running = draw(st.booleans()) and made.device_class == "washing_machine"
    if running:
        state = replace(state, running=RunningCycle(made.id, ECO, DAY))
    mode = draw(st.none() | st.sampled_from(OverrideMode))
    return Claim(
        made,
        state,
        draw(st.sampled_from((0.0, nominal_w(made)))),
        None if mode is None else Override(made.id, mode, at("23:00")),
        draw(st.sampled_from((0.0, 200.0, 2000.0))) if running else None,
        draw(st.sampled_from(("", "", "off too long"))),
    )


@st.composite
def homes(draw: st.DrawFn) -> Home:
    """Up to six devices under up to three limits, a shed and an alert."""
    some = tuple(draw(claims(number)) for number in range(draw(st.integers(min_value=0, max_value=6))))
    names = [claim.id for claim in some]
    groups = st.lists(st.sampled_from(names), unique=True) if names else st.just([])
    limits = [
        limit(
            draw(WATTS),
            *draw(groups),
            event_id=f"limit{n}",
            guaranteed_w=draw(st.sampled_from((0.0, 4200.0))),
        )
        for n in range(draw(st.integers(min_value=0, max_value=3)))
    ]
    fuse = draw(st.lists(WATTS, max_size=1))
    limits += [limit(watts, event_id=None) for watts in fuse]
    sheds = tuple(
        order("shed", draw(st.sampled_from((1.0, 3.0))), *draw(groups))
        for _ in range(draw(st.integers(0, 1)))
    )
    alerts = tuple(order("alert", 1.0, *draw(groups)) for _ in range(draw(st.integers(0, 1))))
    return Home(some, Orders(tuple(limits), sheds, alerts), draw(st.sampled_from((0.0, 300.0, 3000.0))))


@given(home=homes())
def test_every_device_has_a_band_that_is_not_empty_and_within_its_power(home: Home) -> None:
    bands = home.verdict.bands
    assert set(bands) == {claim.id for claim in home.claims}
    for claim in home.claims:
        band = bands[claim.id]
        assert 0.0 <= band.min_w <= band.max_w <= nominal_w(claim.profile)


@given(home=homes())
def test_a_limit_holds_wherever_what_may_not_be_stopped_allows_it(home: Home) -> None:
    verdict = home.verdict
    for bound in home.orders.limits:
        base_w = home.base_w if bound.scope is Scope.SITE else 0.0
        excess_w = base_w + home.load_w(verdict, bound) - bound.effective_w
        unstoppable = any(_is_bound(bound, claim) and _stays_on(claim, bound) for claim in home.claims)
        assert excess_w <= 0 or unstoppable or base_w > bound.effective_w


@given(home=homes())
def test_what_is_above_a_limit_is_reported_to_the_watt(home: Home) -> None:
    verdict = home.verdict
    for bound in home.orders.limits:
        if bound.provider is None or bound.event_id is None:
            continue
        base_w = home.base_w if bound.scope is Scope.SITE else 0.0
        excess_w = base_w + home.load_w(verdict, bound) - bound.effective_w
        assert verdict.impossible_w.get((bound.provider, bound.event_id), 0.0) == max(excess_w, 0.0)


@given(home=homes())
def test_an_exceeded_limit_leaves_nothing_running_that_could_be_stopped(home: Home) -> None:
    verdict = home.verdict
    exceeded = [
        bound for bound in home.orders.limits if (bound.provider, bound.event_id) in verdict.impossible_w
    ]
    for bound in exceeded:
        for claim in home.claims:
            if _is_bound(bound, claim) and not _stays_on(claim, bound):
                assert verdict.bands[claim.id].max_w == 0.0


@given(home=homes())
def test_safety_stands_above_everything(home: Home) -> None:
    verdict = home.verdict
    for claim in home.claims:
        if must_run(claim.profile, claim.state):
            assert verdict.bands[claim.id].min_w == nominal_w(claim.profile)


@given(home=homes())
def test_the_owner_stands_above_everything_but_safety_and_the_fuse(home: Home) -> None:
    verdict = replace_fuse(home).verdict
    for claim in home.claims:
        if claim.override and not must_run(claim.profile, claim.state):
            wanted_w = nominal_w(claim.profile) if claim.override.mode is OverrideMode.ON else 0.0
            assert verdict.bands[claim.id].clip(wanted_w) == wanted_w
            assert verdict.bands[claim.id].clip(nominal_w(claim.profile) - wanted_w) == wanted_w


@given(home=homes())
def test_a_judgement_does_not_mind_the_order_of_the_devices(home: Home) -> None:
    assert replace(home, claims=home.claims[::-1]).verdict == home.verdict


@given(watts=WATTS, base_w=WATTS)
def test_a_group_limit_does_not_mind_the_load_of_the_others(watts: float, base_w: float) -> None:
    member = car("member")
    one = Claim(member, DeviceState(), nominal_w(member))
    group = Orders((limit(watts, "member"),))
    assert judge([one], group, base_w) == judge([one], group, 0.0)


def replace_fuse(home: Home) -> Home:
    """The home without its main fuse."""
    limits = tuple(bound for bound in home.orders.limits if bound.provider)
    return replace(home, orders=replace(home.orders, limits=limits))


def _is_bound(bound: Limit, claim: Claim) -> bool:
    return bound.scope is Scope.SITE or claim.id in bound.members


def _stays_on(claim: Claim, bound: Limit) -> bool:
    """Whether no limit of this kind may stop it."""
    if must_run(claim.profile, claim.state):
        return True
    on = claim.override.mode is OverrideMode.ON if claim.override else bool(claim.recovery)
    return on and bound.provider is not None


def _draws(claim: Claim, verdict: Verdict) -> float:
    """Its power when it gets what it wants inside its band; a running cycle draws what it draws."""
    if verdict.bands[claim.id].min_w > 0 and claim.running_w is not None:
        return max(claim.running_w, claim.state.power_w or 0.0)
    return verdict.bands[claim.id].clip(claim.proposed_w)


def test_a_home_without_devices_is_judged_too() -> None:
    assert judge([], Orders(), 0.0) == Verdict({})


# What can be set to any power


@st.composite
def set_claims(draw: st.DrawFn, number: int) -> Claim:
    """A device that is set to a power or a mode, and wishes for some power within its range."""
    kind = draw(st.sampled_from(tuple(SET_KINDS)))
    made = SET_KINDS[kind](f"set{number}")
    modal = made.device_class == "heat_pump"
    state = DeviceState(
        setpoint_w=None if modal else 0.0,
        mode=1 if modal else None,
        power_w=draw(st.sampled_from((0.0, -2000.0))) if made.device_class == "pv" else 0.0,
        level=draw(st.sampled_from((1000.0, 5000.0))),
    )
    wished_w = draw(st.integers(min_value=round(lowest_w(made)), max_value=round(nominal_w(made))))
    override = draw(st.none() | st.sampled_from(OverrideMode))
    word = None if override is None else Override(made.id, override, at("23:00"))
    gives_w = draw(st.none() | st.sampled_from((0.0, -800.0, 500.0)))
    return Claim(made, state, float(wished_w), word, None, "", gives_w=gives_w)


@given(home=homes(), some=st.data())
def test_what_can_be_set_meets_a_limit_of_the_site_as_far_as_it_can(home: Home, some: st.DataObject) -> None:
    """Above a limit, batteries give all they can and cars take nothing, unless their owner says else."""
    extra = tuple(some.draw(set_claims(number)) for number in range(3))
    free = tuple(claim for claim in extra if claim.override is None)
    verdict = judge((*home.claims, *extra), home.orders, home.base_w)
    for claim in extra:
        band = verdict.bands[claim.id]
        assert lowest_w(claim.profile) <= band.min_w <= band.max_w <= nominal_w(claim.profile)
    exceeded = [
        bound for bound in home.orders.limits if bound.scope is Scope.SITE and _is_missed(bound, verdict)
    ]
    for claim in free if exceeded else ():
        if claim.profile.device_class in ("battery", "ev_charger") and claim.gives_w is None:
            assert verdict.bands[claim.id].max_w == claim.least_w


@given(some=st.data(), watts=WATTS, base_w=WATTS)
def test_what_is_seen_to_give_too_little_makes_a_limit_no_easier(
    some: st.DataObject, watts: float, base_w: float
) -> None:
    made = tuple(some.draw(set_claims(number)) for number in range(3))
    trusted = tuple(replace(claim, gives_w=None) for claim in made)
    orders = Orders((limit(watts),))
    seen, said = judge(made, orders, base_w), judge(trusted, orders, base_w)
    assert sum(seen.impossible_w.values()) >= sum(said.impossible_w.values())


def _is_missed(bound: Limit, verdict: Verdict) -> bool:
    return (bound.provider, bound.event_id) in verdict.impossible_w
