"""A device that is held within limits (PEBC), by resource managers of s2-python."""

import asyncio
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from s2python.common import CommodityQuantity, InstructionStatus, NumberRange, PowerMeasurement, PowerValue
from s2python.pebc import (
    PEBCAllowedLimitRange,
    PEBCInstruction,
    PEBCPowerConstraints,
    PEBCPowerEnvelopeConsequenceType,
    PEBCPowerEnvelopeLimitType,
)

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.instruction import FailSafe, OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceSilentError
from tests.adapters.devices.reading import read
from tests.adapters.s2.conftest import START, Dial, Join, Open, device_of, settings, tell, until
from tests.adapters.s2.foreign import Kind, update_of
from tests.adapters.s2.raw import Raw, limits

L1 = CommodityQuantity.ELECTRIC_POWER_L1
LINES = (L1, CommodityQuantity.ELECTRIC_POWER_L2, CommodityQuantity.ELECTRIC_POWER_L3)
UPPER, LOWER = PEBCPowerEnvelopeLimitType.UPPER_LIMIT, PEBCPowerEnvelopeLimitType.LOWER_LIMIT
PEBC = "POWER_ENVELOPE_BASED_CONTROL"
QUARTER, YEAR = 900_000, 365 * 24 * 3_600_000


def limit(kind: Any, low_w: float, high_w: float, quantity: Any = L1) -> PEBCAllowedLimitRange:
    return PEBCAllowedLimitRange(
        commodity_quantity=quantity,
        limit_type=kind,
        range_boundary=NumberRange(start_of_range=low_w, end_of_range=high_w),
        abnormal_condition_only=False,
    )


def constraints(*limits: PEBCAllowedLimitRange, since: datetime = START) -> PEBCPowerConstraints:
    return PEBCPowerConstraints(
        message_id=uuid.uuid4(),
        id=uuid.uuid4(),
        valid_from=since,
        consequence_type=PEBCPowerEnvelopeConsequenceType.DEFER,
        allowed_limit_ranges=list(limits),
    )


def heater(*more: PEBCAllowedLimitRange) -> Kind:
    """It takes 3 kW at most: nothing, or anything from 500 W."""
    limits = more or (limit(UPPER, 0, 0), limit(UPPER, 500, 3000), limit(LOWER, 0, 0))
    return Kind("PEBC", PEBCInstruction, constraints(*limits))


def steps_of(instruction: PEBCInstruction) -> list[tuple[int, float, float]]:
    [envelope] = instruction.power_envelopes
    return [(one.duration.root, one.lower_limit, one.upper_limit) for one in envelope.power_envelope_elements]


async def test_a_limit_is_an_envelope_that_ends_with_the_instruction(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    manager = await join(cem, selected="pebc", pebc=heater())
    device = device_of(cem)
    assert (await read(device))[Quantity.SETPOINT_W].value == 3000
    outcome = await tell(device, clock, 1200)
    assert outcome.kind is OutcomeKind.DONE, outcome
    [instruction] = manager.kinds["pebc"].given
    assert instruction.power_constraints_id == manager.kinds["pebc"].tells[0].id  # type: ignore[union-attr]
    assert steps_of(instruction) == [(QUARTER, 0.0, 1200.0)]
    assert (await read(device))[Quantity.SETPOINT_W].value == 1200
    await clock.advance(timedelta(minutes=15))
    assert (await read(device))[Quantity.SETPOINT_W].value == 3000


@pytest.mark.parametrize(
    ("fail_safe", "steps", "then_w"),
    [
        (FailSafe.CUT_POWER, [(QUARTER, 0.0, 1200.0), (YEAR, 0.0, 0.0)], 0.0),
        (FailSafe.KEEP, [(YEAR, 0.0, 1200.0)], 1200.0),
    ],
)
async def test_what_follows_a_limit_is_its_fail_safe(
    listen: Open,
    join: Join,
    clock: SimulatedClock,
    fail_safe: FailSafe,
    steps: list[tuple[int, float, float]],
    then_w: float,
) -> None:
    cem = await listen()
    manager = await join(cem, selected="pebc", pebc=heater())
    await tell(device_of(cem), clock, 1200, fail_safe=fail_safe)
    assert steps_of(manager.kinds["pebc"].given[0]) == steps
    await clock.advance(timedelta(minutes=16))
    assert (await read(device_of(cem)))[Quantity.SETPOINT_W].value == then_w


@pytest.mark.parametrize(
    ("allowed", "power_w", "told"),
    [
        ((limit(UPPER, 0, 0), limit(UPPER, 500, 3000), limit(LOWER, 0, 0)), 300, (0.0, 0.0)),
        ((limit(UPPER, 0, 0), limit(UPPER, 500, 3000), limit(LOWER, 0, 0)), 9000, (0.0, 3000.0)),
        ((limit(UPPER, 1000, 3000), limit(LOWER, 0, 0)), 0, (0.0, 1000.0)),
        ((limit(UPPER, 0, 0), limit(LOWER, -4000, -500)), -3000, (-3000.0, 0.0)),
        ((limit(UPPER, 0, 0), limit(LOWER, -4000, -500)), 0, (-500.0, 0.0)),
        ((limit(UPPER, 0, 0), limit(LOWER, -4000, -500)), -9000, (-4000.0, 0.0)),
        ((limit(UPPER, 0, 5000), limit(LOWER, -5000, 0)), 2000, (0.0, 2000.0)),
        ((limit(UPPER, 0, 5000), limit(LOWER, -5000, 0)), -2000, (-2000.0, 0.0)),
        ((limit(UPPER, -5000, 5000), limit(LOWER, -5000, 5000)), -2000, (-2000.0, -2000.0)),
        ((limit(UPPER, -5000, 5000), limit(LOWER, -5000, 5000)), 2000, (2000.0, 2000.0)),
    ],
)
async def test_limits_are_set_where_they_may_be(
    listen: Open,
    join: Join,
    clock: SimulatedClock,
    allowed: tuple[PEBCAllowedLimitRange, ...],
    power_w: float,
    told: tuple[float, float],
) -> None:
    cem = await listen()
    manager = await join(cem, selected="pebc", pebc=heater(*allowed))
    assert (await tell(device_of(cem), clock, power_w)).kind is OutcomeKind.DONE
    [(_, lower, upper)] = steps_of(manager.kinds["pebc"].given[0])
    assert (lower, upper) == told
    setpoint_w = (await read(device_of(cem)))[Quantity.SETPOINT_W].value
    assert setpoint_w == (lower if power_w < 0 or lower == -500 else upper)


async def test_several_lines_share_the_limit(listen: Open, join: Join, clock: SimulatedClock) -> None:
    cem = await listen()
    parts = [limit(kind, 0, high, line) for line in LINES for kind, high in ((UPPER, 3680), (LOWER, 0))]
    manager = await join(cem, selected="pebc", pebc=heater(*parts))
    assert (await read(device_of(cem)))[Quantity.SETPOINT_W].value == 3 * 3680
    await tell(device_of(cem), clock, 6000)
    envelopes = manager.kinds["pebc"].given[0].power_envelopes
    assert [one.commodity_quantity for one in envelopes] == list(LINES)
    assert {one.power_envelope_elements[0].upper_limit for one in envelopes} == {2000.0}
    assert (await read(device_of(cem)))[Quantity.SETPOINT_W].value == 6000


async def test_a_roof_shows_what_it_may_give_and_a_heater_gives_nothing(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    roof = await join(cem, selected="pebc", pebc=heater(limit(UPPER, 0, 0), limit(LOWER, -4000, 0)))
    assert (await read(device_of(cem)))[Quantity.SETPOINT_W].value == -4000
    await roof.leave()
    await join(cem, selected="pebc", pebc=heater())
    outcome = await tell(device_of(cem), clock, -100)
    assert (outcome.kind, outcome.sentence) == (
        OutcomeKind.IMPOSSIBLE,
        "device (S2): it gives no power",
    )


async def test_constraints_that_hold_later_hold_later(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    kind = heater()
    kind.tells.append(
        constraints(limit(UPPER, 0, 2000), limit(LOWER, 0, 0), since=START + timedelta(hours=1))
    )
    await join(cem, selected="pebc", pebc=kind)
    assert (await read(device_of(cem)))[Quantity.SETPOINT_W].value == 3000
    await clock.advance(timedelta(hours=1))
    assert (await read(device_of(cem)))[Quantity.SETPOINT_W].value == 2000


async def test_what_is_measured_is_read(listen: Open, join: Join, clock: SimulatedClock) -> None:
    cem = await listen()
    manager = await join(cem, selected="pebc", pebc=heater())
    values = [PowerValue(commodity_quantity=line, value=100.0 * n) for n, line in enumerate(LINES, 1)]
    measured = PowerMeasurement(message_id=uuid.uuid4(), measurement_timestamp=START, values=values)
    assert await manager.tell(measured) == "OK"
    known = await read(device_of(cem))
    assert known[Quantity.POWER_W].value == 600
    assert [known[one].value for one in (Quantity.POWER_L1_W, Quantity.POWER_L3_W)] == [100, 300]
    assert known[Quantity.POWER_W].at == clock.now()


@pytest.mark.parametrize(
    ("answers", "kind", "sentence"),
    [
        ([InstructionStatus.ACCEPTED], OutcomeKind.DONE, ""),
        ([InstructionStatus.NEW, InstructionStatus.SUCCEEDED], OutcomeKind.DONE, ""),
        ([InstructionStatus.REJECTED], OutcomeKind.REFUSED, "it answers the instruction with REJECTED"),
        ([InstructionStatus.ABORTED], OutcomeKind.REFUSED, "it answers the instruction with ABORTED"),
        ([InstructionStatus.REVOKED], OutcomeKind.REFUSED, "it answers the instruction with REVOKED"),
        ([InstructionStatus.NEW], OutcomeKind.SILENT, "said nothing of it within 0.3 s"),
        ([], OutcomeKind.SILENT, "said nothing of it within 0.3 s"),
    ],
)
async def test_an_instruction_is_followed_by_its_status_updates(
    listen: Open,
    join: Join,
    clock: SimulatedClock,
    answers: list[InstructionStatus],
    kind: OutcomeKind,
    sentence: str,
) -> None:
    """42: REJECTED, REVOKED and ABORTED are refusals, and one that says nothing is silent."""
    cem = await listen(settings(timeout_s=0.3))
    pebc = heater()
    pebc.answers = answers
    await join(cem, selected="pebc", pebc=pebc)
    outcome = await tell(device_of(cem), clock, 1000)
    assert outcome.kind is kind
    assert sentence in outcome.sentence
    expected_w = 1000 if kind is OutcomeKind.DONE else 3000
    assert (await read(device_of(cem)))[Quantity.SETPOINT_W].value == expected_w


async def test_an_instruction_that_is_given_up_later_holds_no_more(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    """42: ABORTED after it was begun; the device is seen not to do as it was told."""
    cem = await listen()
    manager = await join(cem, selected="pebc", pebc=heater())
    device = device_of(cem)
    await tell(device, clock, 1000)
    [instruction] = manager.kinds["pebc"].given
    assert await manager.tell(update_of(instruction.id, InstructionStatus.STARTED)) == "OK"
    assert (await read(device))[Quantity.SETPOINT_W].value == 1000
    assert await manager.tell(update_of(instruction.id, InstructionStatus.ABORTED)) == "OK"
    assert (await read(device))[Quantity.SETPOINT_W].value == 3000
    await tell(device, clock, 800)
    assert await manager.tell(update_of(instruction.id, InstructionStatus.ABORTED)) == "OK"
    assert (await read(device))[Quantity.SETPOINT_W].value == 800


@pytest.mark.parametrize(
    ("status", "label", "kind", "sentence"),
    [
        ("INVALID_CONTENT", "no such limits", OutcomeKind.REFUSED, "with INVALID_CONTENT no such limits"),
        ("TEMPORARY_ERROR", "", OutcomeKind.REFUSED, "with TEMPORARY_ERROR"),
    ],
)
async def test_an_instruction_that_is_not_received_well_is_refused(
    listen: Open, dial: Dial, clock: SimulatedClock, status: str, label: str, kind: OutcomeKind, sentence: str
) -> None:
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.begin(PEBC)
    await raw.say("PEBC.PowerConstraints", **limits())
    telling = asyncio.ensure_future(tell(device_of(cem), clock, 1000))
    await raw.receive("PEBC.Instruction", status=status, label=label)
    outcome = await telling
    assert outcome.kind is kind
    assert sentence in outcome.sentence


async def test_an_instruction_without_any_status_is_silence(
    listen: Open, dial: Dial, clock: SimulatedClock
) -> None:
    cem = await listen(settings(timeout_s=0.2))
    raw = Raw(await dial(cem))
    await raw.begin(PEBC)
    await raw.say("PEBC.PowerConstraints", **limits())
    outcome = await tell(device_of(cem), clock, 1000)
    assert outcome.kind is OutcomeKind.SILENT
    assert "no ReceptionStatus came for PEBC.Instruction within 0.2 s" in outcome.sentence


@pytest.mark.parametrize("received", [False, True])
async def test_one_that_leaves_in_the_middle_is_silent_and_begins_anew_when_it_returns(
    listen: Open, dial: Dial, clock: SimulatedClock, received: bool
) -> None:
    cem = await listen()
    device = device_of(cem)
    raw = Raw(await dial(cem))
    await raw.begin(PEBC)
    await raw.say("PEBC.PowerConstraints", **limits())
    telling = asyncio.ensure_future(tell(device, clock, 1000))
    await (raw.receive("PEBC.Instruction") if received else raw.next("PEBC.Instruction"))
    await raw.socket.close()
    outcome = await telling
    assert (outcome.kind, "the connection ended" in outcome.sentence) == (OutcomeKind.SILENT, True)
    with pytest.raises(DeviceSilentError, match="is not connected"):
        await until(device, lambda known: False)
    assert (await tell(device, clock, 900)).kind is OutcomeKind.SILENT
    again = Raw(await dial(cem))
    await again.begin(PEBC)
    await again.say("PEBC.PowerConstraints", **limits(2500))
    assert (await read(device))[Quantity.SETPOINT_W].value == 2500
