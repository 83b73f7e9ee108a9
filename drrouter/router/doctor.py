"""Examines the router and its home: what is well, what is wrong, and what to do about it.

``examine`` is a pure function of what the router shows of itself and of the facts of its machine.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from drrouter.domain.device import Presence
from drrouter.domain.plan import SolveRung
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
    """

    check: str
    level: Level
    sentence: str
    remedy: str = ""


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
    yield Finding("version", Level.OK, f"drrouter {status.version} on Python {machine.python or 'unknown'}.")
    if machine.solver:
        yield Finding("solver", Level.OK, f"The solver is {machine.solver}.")
    else:
        remedy = "Install highspy; until then plans are made by hand."
        yield Finding("solver", Level.FAULT, "The solver is missing.", remedy)


def _plan(status: StatusView) -> Iterator[Finding]:
    made = status.plan_made_at
    if made is None:
        yield Finding("plan", Level.WARNING, "There is no plan yet.", "Wait a minute after the start.")
    elif status.now - made > OLD_PLAN:
        minutes = (status.now - made) // timedelta(minutes=1)
        remedy = "See `drrouter journal` for what keeps the planner."
        yield Finding("plan", Level.FAULT, f"The newest plan is {minutes} minutes old.", remedy)
    elif status.solve_rung in (SolveRung.OPTIMAL, SolveRung.INCUMBENT):
        yield Finding("plan", Level.OK, f"The newest plan is {status.solve_rung}.")
    else:
        remedy = "This passes by itself after an order; if it stays, the machine is too slow or too busy."
        yield Finding("plan", Level.NOTE, "The newest plan was made by hand, without the solver.", remedy)


def _prices(status: StatusView) -> Iterator[Finding]:
    if status.price_per_kwh is None:
        remedy = "Add a tariff or a provider that sends prices to the home file."
        yield Finding("prices", Level.WARNING, "No price is known for now.", remedy)
    else:
        sentence = f"A kWh costs {status.price_per_kwh:.3f} {status.currency} now."
        yield Finding("prices", Level.OK, sentence)
    if status.offline:
        yield Finding("offline", Level.WARNING, status.offline, "It ends by itself once the link is back.")


def _links(status: StatusView) -> Iterator[Finding]:
    for link in status.links:
        if link.up:
            yield Finding(f"link {link.provider}", Level.OK, f"The link to {link.provider} works.")
        else:
            sentence = link.sentence or f"The link to {link.provider} is down."
            remedy = "Look at its url, client_id and secret in the home file, and at this network."
            yield Finding(f"link {link.provider}", Level.WARNING, sentence, remedy)


def _devices(devices: Iterable[DeviceView]) -> Iterator[Finding]:
    for view in devices:
        check, name = f"device {view.profile.id}", view.profile.name
        if view.state.presence is Presence.GONE:
            remedy = "Is it plugged in, and on this network? `drrouter discover` shows what is seen."
            yield Finding(check, Level.WARNING, f"{name} cannot be reached.", remedy)
        elif view.state.presence is Presence.EXPECTED:
            remedy = "Look at its match in the home file; `drrouter discover` shows what is seen."
            yield Finding(check, Level.WARNING, f"{name} has not been seen yet.", remedy)
        elif view.trouble:
            remedy = f"See `drrouter journal {view.profile.id}`."
            yield Finding(check, Level.WARNING, view.trouble, remedy)
        elif view.watched:
            remedy = f"`drrouter hand-over {view.profile.id}` lets the router steer it."
            yield Finding(check, Level.NOTE, f"{name} is only watched.", remedy)
        else:
            yield Finding(check, Level.OK, f"{name} answers and obeys.")


def _tasks(health: Mapping[str, TaskHealth]) -> Iterator[Finding]:
    failing = {name: task for name, task in health.items() if task.error}
    for name, task in failing.items():
        sentence = f"A part of the router, {name}, failed {task.failures} times in a row: {task.error}"
        remedy = "It is started again by itself; if it stays, report it with `drrouter bundle`."
        yield Finding(f"task {name}", Level.FAULT, sentence, remedy)
    if not failing:
        yield Finding("tasks", Level.OK, f"All {len(health)} parts of the router work.")


def _disk(machine: Machine) -> Iterator[Finding]:
    free = machine.free_bytes
    if free is None:
        yield Finding("disk", Level.NOTE, "The free space on the disk is not known.")
        return
    size = f"{free / 1e9:.1f} GB are free on the disk of the store"
    kept = "" if machine.store_bytes is None else f", which takes {machine.store_bytes / 1e6:.1f} MB"
    level = Level.FAULT if free < NONE_LEFT_BYTES else Level.WARNING if free < SCARCE_BYTES else Level.OK
    remedy = "" if level is Level.OK else "Make room: without it nothing can be acknowledged."
    yield Finding("disk", level, f"{size}{kept}.", remedy)


def _safety(machine: Machine) -> Iterator[Finding]:
    for name in machine.open_files:
        yield Finding("private files", Level.WARNING, f"Others may read {name}.", f"chmod 600 {name}")
    for exposure in machine.exposures:
        yield Finding("exposure", Level.NOTE, exposure)
    for warning in machine.warnings:
        yield Finding("home file", Level.WARNING, warning)
    if not machine.open_files:
        yield Finding("private files", Level.OK, "Private files are private.")


def _owner(status: StatusView) -> Iterator[Finding]:
    if status.hands_off:
        sentence = "The router steers nothing, because its owner said so."
        yield Finding("hands off", Level.NOTE, sentence, "`drrouter steer` lets it steer again.")
