"""Examines the router and its home: what is well, what is wrong, and what to do about it.

``examine`` is a pure function of what the router shows of itself and of the facts of its machine.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from drrouter.domain.device import Presence
from drrouter.domain.plan import Reason, SolveRung
from drrouter.domain.said import carry, said
from drrouter.router.viewed import DeviceView, StatusView
from drrouter.supervise import TaskHealth

SCARCE_BYTES, NONE_LEFT_BYTES = 500_000_000, 50_000_000
OLD_PLAN = timedelta(minutes=45)
"""Three times the time between two plans."""


class Level(StrEnum):
    """How bad a finding is, the least first."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: what was looked at: a name that stays.
        sentence: what was found.
        remedy: what to do about it; empty where nothing is to be done.
        sentence_said, remedy_said: both as codes with values; None where they have none.
    """

    check: str
    level: Level
    sentence: str
    remedy: str = ""
    sentence_said: Reason | None = None
    remedy_said: Reason | None = None

    def __post_init__(self) -> None:
        """The sentences carry their reasons."""
        carry(self, "sentence", "remedy")


@dataclass(frozen=True, slots=True)
class Machine:
    """Facts of the machine that the router runs on.

    Attributes:
        python: its version.
        free_bytes: what is left on the disk of the store; None where that cannot be told.
        store_bytes: how long the store's file is.
        open_files: private files that others on the machine may read.
        exposures: what listens beyond this machine, and why, by the home file.
        warnings: what the home file's reading warned of.
        solver: its name and version; empty where it is missing.
    """

    python: str = ""
    free_bytes: int | None = None
    store_bytes: int | None = None
    open_files: tuple[str, ...] = ()
    exposures: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    solver: str = ""


def examine(
    status: StatusView,
    devices: Iterable[DeviceView],
    health: Mapping[str, TaskHealth],
    machine: Machine,
) -> tuple[Finding, ...]:
    """Look at everything, the worst first, and in the order of looking within a level."""
    found = [
        *_program(status, machine),
        *_plan(status),
        *_prices(status),
        *_links(status),
        *_devices(devices),
        *_tasks(health),
        *_disk(machine),
        *_safety(machine),
        *_owner(status),
    ]
    return tuple(sorted(found, key=lambda one: -list(Level).index(one.level)))


def worst(findings: Iterable[Finding]) -> Level:
    """The worst level found."""
    return max((one.level for one in findings), key=list(Level).index, default=Level.OK)


def _program(status: StatusView, machine: Machine) -> Iterator[Finding]:
    python = machine.python or "?"
    yield Finding("version", Level.OK, said("doctor.version", version=status.version, python=python))
    if machine.solver:
        yield Finding("solver", Level.OK, said("doctor.solver", solver=machine.solver))
    else:
        yield Finding("solver", Level.FAULT, said("doctor.no_solver"), said("doctor.no_solver.do"))


def _plan(status: StatusView) -> Iterator[Finding]:
    made = status.plan_made_at
    if made is None:
        yield Finding("plan", Level.WARNING, said("doctor.no_plan"), said("doctor.no_plan.do"))
    elif status.now - made > OLD_PLAN:
        sentence = said("doctor.old_plan", minutes=(status.now - made) // timedelta(minutes=1))
        yield Finding("plan", Level.FAULT, sentence, said("doctor.old_plan.do"))
    elif status.solve_rung in (SolveRung.OPTIMAL, SolveRung.INCUMBENT):
        is_best = status.solve_rung is SolveRung.OPTIMAL
        yield Finding("plan", Level.OK, said("doctor.optimal" if is_best else "doctor.incumbent"))
    else:
        yield Finding("plan", Level.NOTE, said("doctor.greedy"), said("doctor.greedy.do"))


def _prices(status: StatusView) -> Iterator[Finding]:
    if status.price_per_kwh is None:
        yield Finding("prices", Level.WARNING, said("doctor.no_price"), said("doctor.no_price.do"))
    else:
        sentence = said("doctor.price", price=status.price_per_kwh, currency=status.currency)
        yield Finding("prices", Level.OK, sentence)
    if status.offline:
        yield Finding("offline", Level.WARNING, status.offline, said("doctor.offline.do"))


def _links(status: StatusView) -> Iterator[Finding]:
    for link in status.links:
        check = f"link {link.provider}"
        if link.up:
            yield Finding(check, Level.OK, said("doctor.link", provider=link.provider))
        else:
            sentence = link.sentence or said("doctor.link_down", provider=link.provider)
            yield Finding(check, Level.WARNING, sentence, said("doctor.link_down.do"))


def _devices(devices: Iterable[DeviceView]) -> Iterator[Finding]:
    for view in devices:
        check, name, device = f"device {view.profile.id}", view.profile.name, view.profile.id
        if view.state.presence is Presence.GONE:
            yield Finding(check, Level.WARNING, said("doctor.gone", name=name), said("doctor.gone.do"))
        elif view.state.presence is Presence.EXPECTED:
            sentence = said("doctor.expected", name=name)
            yield Finding(check, Level.WARNING, sentence, said("doctor.expected.do"))
        elif view.trouble:
            yield Finding(check, Level.WARNING, view.trouble, said("doctor.trouble.do", device=device))
        elif view.watched:
            remedy = said("doctor.watched.do", device=device)
            yield Finding(check, Level.NOTE, said("doctor.watched", name=name), remedy)
        else:
            yield Finding(check, Level.OK, said("doctor.obeys", name=name))


def _tasks(health: Mapping[str, TaskHealth]) -> Iterator[Finding]:
    failing = {name: task for name, task in health.items() if task.error}
    for name, task in failing.items():
        sentence = said("doctor.task", part=name, times=task.failures, error=str(task.error))
        yield Finding(f"task {name}", Level.FAULT, sentence, said("doctor.task.do"))
    if not failing:
        yield Finding("tasks", Level.OK, said("doctor.tasks", count=len(health)))


def _disk(machine: Machine) -> Iterator[Finding]:
    free = machine.free_bytes
    if free is None:
        yield Finding("disk", Level.NOTE, said("doctor.disk_unknown"))
        return
    sentence = said("doctor.disk", free_gb=free / 1e9)
    if machine.store_bytes is not None:
        sentence = said("doctor.disk_kept", free_gb=free / 1e9, kept_mb=machine.store_bytes / 1e6)
    level = Level.FAULT if free < NONE_LEFT_BYTES else Level.WARNING if free < SCARCE_BYTES else Level.OK
    yield Finding("disk", level, sentence, "" if level is Level.OK else said("doctor.disk.do"))


def _safety(machine: Machine) -> Iterator[Finding]:
    for name in machine.open_files:
        sentence, remedy = said("doctor.open_file", file=name), f"chmod 600 {name}"
        yield Finding("private files", Level.WARNING, sentence, remedy)
    for exposure in machine.exposures:
        yield Finding("exposure", Level.NOTE, exposure)
    for warning in machine.warnings:
        yield Finding("home file", Level.WARNING, warning)
    if not machine.open_files:
        yield Finding("private files", Level.OK, said("doctor.private"))


def _owner(status: StatusView) -> Iterator[Finding]:
    if status.hands_off:
        yield Finding("hands off", Level.NOTE, said("doctor.hands_off"), said("doctor.hands_off.do"))
