"""The child's side of ``solver_child``: answers problems, one after the other, until the parent has gone."""

import os
import pickle
import signal
import struct
import threading
from collections.abc import Callable
from functools import cache
from multiprocessing import parent_process
from multiprocessing.connection import wait
from socket import socket
from typing import TYPE_CHECKING, BinaryIO

from drrouter.domain.plan import Plan
from drrouter.planner.problem import Problem

if TYPE_CHECKING:
    from drrouter.planner import Planner

HEADER = struct.Struct("!Q")
"""The length of the pickled message that follows."""


def plan_in_child(problem: Problem) -> Plan:
    """The planner's answer; one planner serves the child's whole life."""
    return _planner().plan(problem)


@cache
def _planner() -> "Planner":
    """The child's planner; the solver's libraries are loaded in the child alone."""
    from drrouter.planner import Planner

    return Planner()


def serve(target: Callable[[Problem], Plan], connection: socket) -> None:
    """Answer each problem by its plan, or by a sentence where there is none, until the parent hangs up.

    Ctrl-C in a terminal reaches every process of the group; only the parent decides what becomes of it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_the_parent, daemon=True).start()
    with connection, connection.makefile("rb") as requests:
        while (message := _next(requests)) is not None:
            answer = pickle.dumps(_answer(target, pickle.loads(message)))  # noqa: S301 -- our parent wrote it
            connection.sendall(HEADER.pack(len(answer)) + answer)


def _next(requests: BinaryIO) -> bytes | None:
    """The next problem; None where the parent hung up, or was killed."""
    try:
        header = requests.read(HEADER.size)
        return requests.read(HEADER.unpack(header)[0]) if len(header) == HEADER.size else None
    except ConnectionError:
        return None


def _answer(target: Callable[[Problem], Plan], problem: Problem) -> Plan | str:
    try:
        return target(problem)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the parent takes its next rung and says why
        return f"{type(error).__name__}: {error}"


def _die_with_the_parent() -> None:
    """A solver that hangs would otherwise outlive a parent that was killed."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
