"""Everything that runs: named tasks in one group, started again with backoff when they fail.

    async with Supervisor(clock) as supervisor:
        supervisor.start("provider.grid", listen)
        ...
        supervisor.health()["provider.grid"].state

    running --fails--> restarting --0.5, 1, 2, ... 10 s--> running --10 s without failing--> it is back
       `--returns--> stopped

Leaving the ``with`` cancels every task and waits for its end.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import TracebackType

from drrouter.errors import DrrouterError
from drrouter.ports import Clock

logger = logging.getLogger(__name__)

FIRST_DELAY = timedelta(seconds=0.5)
LONGEST_DELAY = timedelta(seconds=10)
STEADY_AFTER = timedelta(seconds=10)
"""How long a task must run without failing until it counts as back and its delays begin anew."""

Work = Callable[[], Awaitable[None]]


class TaskState(StrEnum):
    """What a supervised task does."""

    RUNNING = "running"
    RESTARTING = "restarting"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class TaskHealth:
    """How a supervised task does.

    Attributes:
        since: when it came into this state.
        failures: in a row, until it is back.
        error: the sentence of its last failure; empty once it is back.
    """

    state: TaskState
    since: datetime
    failures: int = 0
    error: str = ""


class Supervisor:
    """Runs tasks in one ``TaskGroup`` and knows how each does.

    A failure is an exception of any kind: it is logged once, with its traceback where it is not one of
    our own errors, and once more when the task is back.
    """

    def __init__(self, clock: Clock, on_change: Callable[[str, TaskHealth], None] | None = None) -> None:
        """Wait on this clock; tell ``on_change`` each new state of a task."""
        self._clock = clock
        self._on_change = on_change
        self._group = asyncio.TaskGroup()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._health: dict[str, TaskHealth] = {}

    async def __aenter__(self) -> "Supervisor":
        """Tasks may be started from now on."""
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Cancel every task and wait for its end; an error of the body goes on alone."""
        for task in self._tasks.values():
            task.cancel()
        try:
            await self._group.__aexit__(kind, error, traceback)
        except BaseExceptionGroup as group:
            if group.exceptions != (error,):
                raise

    def start(self, name: str, work: Work) -> None:
        """Run ``work`` under this name, again after each failure, until it returns.

        Raises:
            ValueError: a task of that name runs already.
        """
        if name in self._tasks:
            raise ValueError(f"a task named {name!r} runs already")
        task = self._group.create_task(self._keep_running(name, work), name=name)
        self._tasks[name] = task
        self._set(name, TaskHealth(TaskState.RUNNING, self._clock.now()))
        task.add_done_callback(lambda _: self._ended(name))

    async def stop(self, name: str) -> None:
        """Cancel the task and wait for its end; no error where none of that name runs."""
        if (task := self._tasks.get(name)) is not None:
            task.cancel()
            await asyncio.wait({task})

    def health(self) -> dict[str, TaskHealth]:
        """How every task does, by name; those that stopped too."""
        return dict(self._health)

    async def _keep_running(self, name: str, work: Work) -> None:
        delay = FIRST_DELAY
        while True:
            returns = self._group.create_task(self._return(name)) if self._health[name].failures else None
            try:
                await work()
                return
            except Exception as error:  # noqa: BLE001 -- whatever it is, the other tasks go on
                delay = min(2 * delay, LONGEST_DELAY) if self._health[name].failures else FIRST_DELAY
                self._failed(name, error)
            finally:
                if returns is not None:
                    returns.cancel()
            await self._clock.sleep_until(self._clock.now() + delay)
            self._set(name, replace(self._health[name], state=TaskState.RUNNING, since=self._clock.now()))

    async def _return(self, name: str) -> None:
        """After a while without a failure the task is back."""
        await self._clock.sleep_until(self._clock.now() + STEADY_AFTER)
        logger.warning("%s is back", name)
        self._set(name, TaskHealth(TaskState.RUNNING, self._health[name].since))

    def _failed(self, name: str, error: Exception) -> None:
        ours = isinstance(error, DrrouterError)
        sentence = error.sentence if isinstance(error, DrrouterError) else f"{type(error).__name__}: {error}"
        failures = self._health[name].failures + 1
        if failures == 1:
            logger.warning("%s failed: %s", name, sentence, exc_info=None if ours else error)
        else:
            logger.debug("%s failed again, %d times now: %s", name, failures, sentence)
        self._set(name, TaskHealth(TaskState.RESTARTING, self._clock.now(), failures, sentence))

    def _ended(self, name: str) -> None:
        self._tasks.pop(name, None)
        self._set(name, replace(self._health[name], state=TaskState.STOPPED, since=self._clock.now()))

    def _set(self, name: str, health: TaskHealth) -> None:
        self._health[name] = health
        if self._on_change is not None:
            self._on_change(name, health)
