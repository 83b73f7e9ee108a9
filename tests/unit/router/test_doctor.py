"""The doctor: each thing that can be wrong has its level, its sentence and its remedy."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.device import DeviceState, Presence
from drrouter.domain.ids import ProviderId
from drrouter.domain.owner import HandsOff
from drrouter.domain.plan import SolveRung
from drrouter.router.doctor import Finding, Level, Machine, examine, worst
from drrouter.router.viewed import DeviceView, LinkView, StatusView
from drrouter.supervise import TaskHealth, TaskState
from tests.builders import NOON, hvac

WELL = StatusView(
    "Home",
    "UTC",
    "0.1",
    NOON,
    NOON,
    degraded=False,
    sentence="All is well.",
    solve_rung=SolveRung.OPTIMAL,
    plan_made_at=NOON - timedelta(minutes=5),
    price_per_kwh=0.3,
    links=(LinkView(ProviderId("grid"), up=True, since=NOON),),
)
HERE = DeviceView(hvac(), DeviceState(Presence.PRESENT))
SOUND = Machine("3.13.0", 10**10, 2_000_000, solver="HiGHS")
RUNNING = TaskHealth(TaskState.RUNNING, NOON)


def found(
    status: StatusView = WELL,
    device: DeviceView = HERE,
    task: TaskHealth = RUNNING,
    machine: Machine = SOUND,
) -> dict[str, Finding]:
    return {one.check: one for one in examine(status, [device], {"scribe": task}, machine)}


def test_a_home_in_which_all_is_well_has_nothing_to_be_done() -> None:
    findings = found().values()
    assert {one.level for one in findings} == {Level.OK}
    assert not any(one.remedy for one in findings)
    assert all(one.sentence_said for one in findings)
    assert worst(findings) is Level.OK
    assert worst([]) is Level.OK


@pytest.mark.parametrize(
    ("check", "level", "status"),
    [
        ("plan", Level.WARNING, replace(WELL, plan_made_at=None)),
        ("plan", Level.FAULT, replace(WELL, now=NOON + timedelta(hours=2))),
        ("plan", Level.NOTE, replace(WELL, solve_rung=SolveRung.GREEDY)),
        ("prices", Level.WARNING, replace(WELL, price_per_kwh=None)),
        ("offline", Level.WARNING, replace(WELL, offline="The link to grid is lost.")),
        ("link grid", Level.WARNING, replace(WELL, links=(LinkView(ProviderId("grid"), False, NOON),))),
        ("hands off", Level.NOTE, replace(WELL, hands_off=HandsOff(NOON))),
    ],
)
def test_what_the_status_lacks_is_found(check: str, level: Level, status: StatusView) -> None:
    finding = found(status)[check]
    assert finding.level is level
    assert finding.sentence.endswith(".")
    assert finding.remedy_said


@pytest.mark.parametrize(
    ("level", "device", "words"),
    [
        (Level.WARNING, replace(HERE, state=DeviceState(Presence.GONE)), "cannot be reached"),
        (Level.WARNING, replace(HERE, state=DeviceState()), "has not been seen yet"),
        (Level.WARNING, replace(HERE, trouble="Hvac refuses."), "refuses"),
        (Level.NOTE, replace(HERE, watched=True), "only watched"),
    ],
)
def test_what_is_wrong_with_a_device_is_found(level: Level, device: DeviceView, words: str) -> None:
    finding = found(device=device)["device hvac"]
    assert (finding.level, words in finding.sentence, bool(finding.remedy)) == (level, True, True)
    assert finding.remedy_said


def test_a_part_that_fails_is_a_fault_with_its_reason() -> None:
    finding = found(task=replace(RUNNING, failures=3, error="the disk is full"))["task scribe"]
    assert (finding.level, "3 times" in finding.sentence) == (Level.FAULT, True)


@pytest.mark.parametrize(
    ("check", "level", "machine"),
    [
        ("solver", Level.FAULT, replace(SOUND, solver="")),
        ("disk", Level.NOTE, replace(SOUND, free_bytes=None)),
        ("disk", Level.WARNING, replace(SOUND, free_bytes=200_000_000)),
        ("disk", Level.FAULT, replace(SOUND, free_bytes=1_000_000)),
        ("private files", Level.WARNING, replace(SOUND, open_files=("token",))),
        ("exposure", Level.NOTE, replace(SOUND, exposures=("api listens on 0.0.0.0: tablet",))),
        ("home file", Level.WARNING, replace(SOUND, warnings=("The secret stands in the file.",))),
    ],
)
def test_what_is_wrong_with_the_machine_is_found(check: str, level: Level, machine: Machine) -> None:
    assert found(machine=machine)[check].level is level


def test_the_worst_comes_first() -> None:
    findings = examine(replace(WELL, price_per_kwh=None), [HERE], {}, replace(SOUND, solver=""))
    assert [one.level for one in findings][:3] == [Level.FAULT, Level.WARNING, Level.OK]
    assert worst(findings) is Level.FAULT
