"""Ack records: each step once, in an order that can be, for the site or for each member of a group."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.ack import FAILURES, OUTCOMES, Ack, AckState, received, span_of
from drrouter.domain.event import PayloadType
from tests.builders import CAR, FREEZER, HVAC, NOON, at, event, payload, price, shed, span

SHED = shed("e", "12:00", "13:00")
S = AckState


def fresh() -> Ack:
    return received(SHED, (None,), NOON).acks[0]


def test_what_comes_is_received_and_understood_at_that_instant() -> None:
    ack = fresh()
    assert [(step.state, step.at) for step in ack.steps] == [(S.RECEIVED, NOON), (S.UNDERSTOOD, NOON)]
    assert (ack.state, ack.reason, ack.is_settled) == (S.UNDERSTOOD, "", False)


def test_what_says_nothing_that_we_know_is_not_understood_and_that_is_its_outcome() -> None:
    strange = replace(SHED, payloads=(), ignored=("NEW_TYPE is not known",))
    ack = received(strange, (None,), NOON).acks[0]
    assert (ack.state, ack.reason, ack.is_settled) == (S.NOT_UNDERSTOOD, "NEW_TYPE is not known", True)
    assert not any(ack.may(state) for state in S)


def test_what_is_understood_in_part_says_what_is_not() -> None:
    ack = received(replace(SHED, ignored=("NEW_TYPE is not known",)), (None,), NOON).acks[0]
    assert (ack.state, ack.reason) == (S.UNDERSTOOD, "NEW_TYPE is not known")


@pytest.mark.parametrize(
    "steps",
    [
        (S.PLANNED, S.STARTED, S.DONE),
        (S.STARTED, S.PLANNED, S.DONE),
        (S.STARTED, S.DONE),
        (S.STARTED, S.OPTED_OUT),
        (S.IMPOSSIBLE, S.OPTED_OUT),
        (S.PLANNED, S.OPTED_OUT, S.IMPOSSIBLE),
    ],
)
def test_these_ways_lead_to_an_outcome(steps: tuple[AckState, ...]) -> None:
    ack = fresh()
    for state in steps:
        ack = ack.took(state, at("12:30"))
    assert ack.is_settled
    assert not any(ack.may(state) for state in S if state not in FAILURES)


@pytest.mark.parametrize(
    "steps",
    [
        (S.RECEIVED,),
        (S.DONE,),
        (S.STARTED, S.STARTED),
        (S.OPTED_OUT, S.DONE),
        (S.STARTED, S.DONE, S.OPTED_OUT),
    ],
)
def test_these_do_not(steps: tuple[AckState, ...]) -> None:
    ack = fresh()
    for state in steps[:-1]:
        ack = ack.took(state, NOON)
    with pytest.raises(ValueError, match="cannot follow"):
        ack.took(steps[-1], NOON)


@given(st.lists(st.sampled_from(list(S)), max_size=20))
def test_whatever_happens_each_step_comes_once_and_there_is_one_kind_of_outcome(
    wanted: list[AckState],
) -> None:
    ack = fresh()
    for state in wanted:
        if ack.may(state):
            ack = ack.took(state, NOON)
    states = [step.state for step in ack.steps]
    assert len(states) == len(set(states))
    outcomes = OUTCOMES & set(states)
    assert outcomes <= FAILURES or len(outcomes) == 1


def test_a_plan_that_learns_late_of_an_order_takes_nothing_back() -> None:
    assert fresh().took(S.STARTED, NOON).took(S.PLANNED, NOON).state is S.STARTED


def test_a_group_has_one_for_each_member_and_another_shares_what_was_common() -> None:
    record = received(SHED, (CAR, HVAC), NOON)
    assert [ack.member for ack in record.acks] == [CAR, HVAC]
    record = record.put(record.of(CAR).took(S.OPTED_OUT, NOON))
    assert (record.of(CAR).state, record.of(HVAC).state) == (S.OPTED_OUT, S.UNDERSTOOD)
    stranger = record.of(FREEZER)
    assert (stranger.member, stranger.state) == (FREEZER, S.UNDERSTOOD)
    assert not record.is_settled
    assert record.put(record.of(HVAC).took(S.IMPOSSIBLE, NOON)).is_settled


def test_an_effect_is_asked_for_from_the_first_to_the_last_order() -> None:
    two = event(
        "e",
        payload(PayloadType.SIMPLE, 1, "12:00", "12:30"),
        payload(PayloadType.SIMPLE, 0, "12:30", "13:00"),
        payload(PayloadType.IMPORT_CAPACITY_LIMIT, 0, "14:00", "15:00"),
        payload(PayloadType.PRICE, 0.1, "10:00", "20:00"),
    )
    assert span_of(two) == span("12:00", "15:00")


def test_a_price_asks_for_no_effect_and_nothing_more_is_told_of_it() -> None:
    record = received(price("p", 0.2, "12:00", "13:00"), (None,), NOON)
    assert record.span is None
    assert record.is_settled


def test_more_of_an_event_moves_its_end() -> None:
    record = received(SHED, (None,), NOON).lengthened(shed("e", "12:00", "15:00"))
    assert record.span == span("12:00", "15:00")
