"""Runs the planner in one warm child process, so that a solver may hang or crash without harm.

The parent owns the deadline (real time), kills what outlives it, and has a fresh child ready for the
next problem. What the planner decides is left to ``drrouter.planner``.

    parent                                     child (from a fork server that has loaded the planner)
      | -- length, pickled Problem ------------> |
      |                                          | plan(problem)
      | <------------ length, pickled answer --- |
"""

import asyncio
import logging
import pickle
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess

from drrouter.adapters.solver_serve import HEADER, plan_in_child, serve
from drrouter.domain.plan import Plan
from drrouter.errors import PlannerError
from drrouter.planner.problem import Problem
from drrouter.ports import Clock

logger = logging.getLogger(__name__)

IDLE = timedelta(minutes=10)
"""After this long without a problem the child is ended, to give its memory back."""


class SolverChild:
    """Implements ``planner.port.Solver``.

        async with SolverChild(clock) as solver:
            plan = await solver.solve(problem, timedelta(seconds=5))

    One problem at a time: a second one waits, within its own budget. The event loop never waits for
    the child; a cancelled ``solve`` kills it, because what it works on is of no use any more.
    """

    def __init__(
        self,
        clock: Clock,
        target: Callable[[Problem], Plan] = plan_in_child,
        idle: timedelta = IDLE,
        *,
        early: bool = True,
    ) -> None:
        """Hold ``clock`` while solving; ``target`` is called in the child and must be importable there.

        ``early``: the child is started at once; else with the first problem.
        """
        self._early = early
        self._clock, self._target, self._idle = clock, target, idle
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(["drrouter.planner"])
        self._turn = asyncio.Lock()
        self._child: _Child | None = None
        self._starting: asyncio.Task[None] | None = None
        self._burials: set[asyncio.Task[None]] = set()
        self._idle_end: asyncio.TimerHandle | None = None
        self._closed = self._lost = False

    async def __aenter__(self) -> "SolverChild":
        """Begin to start the child; whoever asks first waits for the rest of it."""
        if self._early:
            self._begin_to_start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the child and wait for its end."""
        if self._idle_end is not None:
            self._idle_end.cancel()
        self._closed = True
        if self._starting is not None:
            await asyncio.wait({self._starting})
        self._discard()
        if self._burials:
            await asyncio.wait(self._burials)

    async def solve(self, problem: Problem, budget: timedelta) -> Plan:
        """The plan, within the budget of real time.

        Raises:
            PlannerError: none came in time, or the child died; it is replaced by a fresh one.
        """
        if self._idle_end is not None:
            self._idle_end.cancel()
        with self._clock.working():
            try:
                async with asyncio.timeout(budget.total_seconds()), self._turn:
                    return await self._ask(problem)
            except TimeoutError as error:
                seconds = budget.total_seconds()
                raise PlannerError(f"The planner gave no plan within {seconds:g} s") from error
            finally:
                self._idle_end = asyncio.get_running_loop().call_later(
                    self._idle.total_seconds(), self._end_idle
                )

    async def _ask(self, problem: Problem) -> Plan:
        child = await self._ready_child()
        try:
            answer = await child.exchange(problem)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            fate = await child.fate()
            self._replace()
            raise PlannerError(f"The planner's process died ({fate})") from error
        except asyncio.CancelledError:
            self._replace()
            raise
        if not isinstance(answer, Plan):
            raise PlannerError(f"The planner made no plan: {answer}")
        return answer

    async def _ready_child(self) -> "_Child":
        while self._child is None:
            try:
                await asyncio.shield(self._begin_to_start())
            except (OSError, EOFError) as error:
                raise PlannerError(f"The planner's process cannot be started: {error}") from error
        return self._child

    def _begin_to_start(self) -> "asyncio.Task[None]":
        if self._closed:
            raise PlannerError("The planner is shut down")
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._start(), name="planner.start")
        return self._starting

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        process = self._context.Process(
            target=serve, args=(self._target, theirs), name="drrouter-planner", daemon=True
        )
        try:
            with theirs:
                await asyncio.to_thread(
                    process.start
                )  # waits for the fork server, which loads the planner once
        except BaseException:
            ours.close()
            raise
        reader, writer = await asyncio.open_connection(sock=ours)
        self._child = child = _Child(process, reader, writer)
        asyncio.get_running_loop().add_reader(process.sentinel, self._ended, child)
        if self._lost:
            logger.warning("the planner's process is back")
        self._lost = False

    def _ended(self, child: "_Child") -> None:
        """A process is no more; one that nobody waits for is missed here, another one by who waits."""
        asyncio.get_running_loop().remove_reader(child.sentinel)
        if self._child is child and not self._turn.locked():
            logger.warning("the planner's process died while it was idle; another one is started")
            self._lost = True
            self._replace()

    def _end_idle(self) -> None:
        if self._child is not None and not self._turn.locked():
            logger.info("the planner's process was idle for %s and is ended", self._idle)
            self._discard()

    def _replace(self) -> None:
        """Kill the child and have another one ready soon."""
        self._discard()
        if not self._closed:
            self._begin_to_start()

    def _discard(self) -> None:
        """Kill the child at once; its burial goes on beside."""
        child, self._child = self._child, None
        if child is not None:
            asyncio.get_running_loop().remove_reader(child.sentinel)
            child.kill()
            burial = asyncio.create_task(child.bury(), name="planner.end")
            self._burials.add(burial)
            burial.add_done_callback(self._burials.discard)


class _Child:
    """One process and the socket to it."""

    def __init__(
        self, process: ForkServerProcess, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process, self._reader, self._writer = process, reader, writer
        self.sentinel = process.sentinel

    async def exchange(self, problem: Problem) -> object:
        """Send the problem and return the answer: a plan, or a sentence why there is none."""
        message = pickle.dumps(problem)
        self._writer.write(HEADER.pack(len(message)) + message)
        await self._writer.drain()
        (length,) = HEADER.unpack(await self._reader.readexactly(HEADER.size))
        return pickle.loads(await self._reader.readexactly(length))  # noqa: S301 -- our own child wrote it

    async def fate(self) -> str:
        """How the process ended, in words."""
        await asyncio.to_thread(self._process.join, 1.0)
        code = self._process.exitcode
        if code is None:
            return "its connection is closed"
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._writer.close()
        self._process.kill()

    async def bury(self) -> None:
        """Wait for its end and free what it held."""
        with suppress(OSError):
            await self._writer.wait_closed()
        await asyncio.to_thread(self._process.join)
        self._process.close()
