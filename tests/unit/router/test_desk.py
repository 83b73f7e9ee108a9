"""The options desk: priced answers from the plan in force, holds that run out, and promises that stand."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId, HoldToken
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.option import Option, OptionKind
from drrouter.domain.plan import Plan
from drrouter.domain.wish import Commitment
from drrouter.errors import HoldConflictError, HoldExpiredError, HoldUnknownError, WishImpossibleError
from drrouter.planner import DeviceInput, Problem, greedy, grid_slots
from drrouter.router.desk import LIFE, REMEMBERED, ROUNDS, OptionsDesk, Question, programme_of
from tests.builders import ECO, HOUR, MINUTE, NOON, WASHER, at, programme, span, washer

DRYER = DeviceId("dryer")
PRICES = {12: 0.40, 13: 0.30, 14: 0.10, 15: 0.20}
GREEN = {12: 200.0, 13: 50.0, 14: 300.0, 15: 300.0}


class Counter:
    """A desk in a home with a washer and a dryer, at noon."""

    def __init__(self) -> None:
        self.limits: tuple[Limit, ...] = ()
        self.now = NOON
        self.desk = OptionsDesk(self.live, ZoneInfo("Europe/Amsterdam"))

    def live(self) -> tuple[Problem, Plan]:
        slots = grid_slots(self.now, 6 * HOUR)
        problem = Problem(
            now=self.now,
            slots=slots,
            import_price=tuple(PRICES.get(slot.start.hour, 0.35) for slot in slots),
            export_price=(0.0,) * len(slots),
            base_load_w=(300.0,) * len(slots),
            co2_g_per_kwh=tuple(GREEN.get(slot.start.hour, 250.0) for slot in slots),
            devices=tuple(
                DeviceInput(one.id, one.name, one.flexibility)
                for one in (washer(), washer(DRYER))
                if one.flexibility
            ),
            limits=self.limits,
        )
        return problem, greedy(problem)

    def quote(self, now: datetime = NOON, device: DeviceProfile | None = None) -> tuple[Option, ...]:
        return self.desk.quote(question(device or washer()), now)

    def forbid_everything(self) -> None:
        self.limits = (Limit(Interval(NOON, NOON + 6 * HOUR), 500.0),)


def question(device: DeviceProfile, ready_by: datetime = at("18:00")) -> Question:  # noqa: B008 -- a constant
    flexibility = device.flexibility
    assert isinstance(flexibility, ProfileFlexibility)
    return Question(device.id, flexibility.programmes[0], NOON, ready_by)


@pytest.fixture
def counter() -> Counter:
    return Counter()


def by_kind(options: tuple[Option, ...]) -> dict[OptionKind, Option]:
    return {option.kind: option for option in options}


def test_now_cheapest_greenest_and_latest_are_offered_with_what_they_cost(counter: Counter) -> None:
    offered = by_kind(counter.quote())
    assert {kind: f"{option.start:%H:%M}" for kind, option in offered.items()} == {
        OptionKind.NOW: "12:00",
        OptionKind.CHEAPEST: "14:00",
        OptionKind.GREENEST: "13:00",
        OptionKind.LATEST: "16:30",
    }
    now, cheapest = offered[OptionKind.NOW], offered[OptionKind.CHEAPEST]
    assert now.cost == pytest.approx(1.1 * 0.40 + 0.1 * 0.30)
    assert cheapest.saving == pytest.approx(now.cost - cheapest.cost)
    assert (cheapest.device_id, cheapest.programme_id, cheapest.end) == (WASHER, ECO, at("15:30"))
    assert (cheapest.currency, cheapest.basis) == ("EUR", "greedy, live")
    assert (cheapest.expires_at, cheapest.plan_made_at) == (NOON + LIFE, NOON)


def test_each_option_has_its_own_token_that_nobody_guesses(counter: Counter) -> None:
    tokens = [option.token for option in (*counter.quote(), *counter.quote())]
    assert len(set(tokens)) == len(tokens)
    assert all(len(token) >= 20 for token in tokens)


def test_what_cannot_be_done_in_time_is_refused_with_local_time(counter: Counter) -> None:
    with pytest.raises(WishImpossibleError, match=r"takes 90 minutes .* by Mon 01 Jun 15:29\. Allow a later"):
        counter.desk.quote(question(washer(), at("13:29")), NOON)
    assert counter.desk.quote(question(washer(), at("13:30")), NOON)


def test_a_programme_is_found_by_its_id_and_the_first_where_none_is_named() -> None:
    machine = ProfileFlexibility((programme("eco"), programme("boil")))
    assert programme_of(machine, None) == machine.programmes[0]
    assert programme_of(machine, "boil") == machine.programmes[1]
    assert programme_of(machine, "spin") is None


# Accepting


def test_an_accepted_option_is_a_commitment(counter: Counter) -> None:
    cheapest = by_kind(counter.quote())[OptionKind.CHEAPEST]
    made = counter.desk.accept(cheapest.token, NOON + MINUTE)
    assert made == Commitment(WASHER, ECO, at("14:00"), 90 * MINUTE, cheapest.token, NOON + MINUTE)
    assert counter.desk.accepted(cheapest.token) == made


def test_a_start_that_has_passed_since_is_now(counter: Counter) -> None:
    offered = by_kind(counter.quote())[OptionKind.NOW]
    counter.now = NOON + MINUTE
    assert counter.desk.accept(offered.token, NOON + MINUTE).start == NOON + MINUTE


def test_a_token_that_nobody_handed_out_is_unknown(counter: Counter) -> None:
    with pytest.raises(HoldUnknownError, match="No such option"):
        counter.desk.accept(HoldToken("guess"), NOON)
    assert counter.desk.held_for(HoldToken("guess")) is None
    assert counter.desk.accepted(HoldToken("guess")) is None


def test_a_hold_lives_two_minutes(counter: Counter) -> None:
    early, late = counter.quote()[-2:]
    counter.desk.accept(early.token, NOON + LIFE - timedelta(seconds=1))
    with pytest.raises(HoldExpiredError, match="has expired"):
        counter.desk.accept(late.token, NOON + timedelta(seconds=120))


def test_a_device_has_three_rounds_and_the_oldest_expires(counter: Counter) -> None:
    rounds = [counter.quote() for _ in range(ROUNDS + 1)]
    foreign = counter.quote(device=washer(DRYER))
    with pytest.raises(HoldExpiredError):
        counter.desk.accept(rounds[0][0].token, NOON)
    for offered in (rounds[1], foreign):
        assert counter.desk.accept(offered[-1].token, NOON).token == offered[-1].token


def test_what_no_longer_fits_is_refused_with_fresh_options(counter: Counter) -> None:
    offered = by_kind(counter.quote())[OptionKind.CHEAPEST]
    counter.limits = (Limit(span("14:00", "15:00"), 500.0),)
    with pytest.raises(HoldConflictError, match=r"This no longer fits: .*500 W.*\.$") as refused:
        counter.desk.accept(offered.token, NOON)
    fresh = by_kind(refused.value.options)
    assert fresh[OptionKind.CHEAPEST].start == at("15:00")
    assert counter.desk.accept(fresh[OptionKind.CHEAPEST].token, NOON).start == at("15:00")
    assert counter.desk.accepted(offered.token) is None


def test_what_no_longer_fits_and_is_too_late_for_anything_else_is_refused_with_nothing(
    counter: Counter,
) -> None:
    (*_, offered) = counter.desk.quote(question(washer(), at("13:31")), NOON)
    counter.forbid_everything()
    counter.now = NOON + LIFE - timedelta(seconds=1)
    with pytest.raises(HoldConflictError) as refused:
        counter.desk.accept(offered.token, counter.now)
    assert refused.value.options == ()


def test_where_every_start_breaks_a_limit_now_alone_is_offered_and_says_so(counter: Counter) -> None:
    counter.forbid_everything()
    (alone,) = counter.quote()
    assert alone.kind is OptionKind.NOW
    assert "500 W" in alone.reason


def test_a_start_that_is_barred_altogether_is_not_offered() -> None:
    """An offline profile's peak, within which nothing that can wait may begin."""
    counter = Counter()
    zone = ZoneInfo("Europe/Amsterdam")
    counter.desk = OptionsDesk(
        counter.live, zone, lambda _, start, end: "a peak" if start < at("14:00") else ""
    )
    assert {f"{option.start:%H:%M}" for option in counter.quote()} == {"14:00", "16:30"}
    counter.desk = OptionsDesk(counter.live, zone, lambda *_: "a peak lasts")
    with pytest.raises(WishImpossibleError, match=r"Eco cannot be done by .*: a peak lasts\. Allow a later"):
        counter.quote()


# Who holds what


def test_a_token_belongs_to_its_device_before_and_after_it_was_accepted(counter: Counter) -> None:
    offered = counter.quote()[0]
    assert counter.desk.held_for(offered.token) == WASHER
    counter.desk.accept(offered.token, NOON)
    assert counter.desk.held_for(offered.token) == WASHER


def test_a_promise_from_before_a_restart_is_known(counter: Counter) -> None:
    made = Commitment(WASHER, ECO, at("14:00"), 90 * MINUTE, HoldToken("old"), NOON)
    counter.desk.remember(made)
    assert counter.desk.accepted(made.token) == made
    assert counter.desk.held_for(made.token) == WASHER


def test_so_many_tokens_are_remembered_and_no_more(counter: Counter) -> None:
    first = counter.quote()[0]
    made = Commitment(WASHER, ECO, at("14:00"), 90 * MINUTE, first.token, NOON)
    counter.desk.remember(made)
    for number in range(REMEMBERED):
        counter.desk.remember(replace(made, token=HoldToken(str(number))))
    assert counter.desk.accepted(first.token) is None
    for _ in range(REMEMBERED // 4):
        counter.quote()
    with pytest.raises(HoldUnknownError):
        counter.desk.accept(first.token, NOON)
