"""A washer or dishwasher behind a plug: loaded by a person, started by power, never to be cut."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from drrouter.domain.flexibility import Programme
from drrouter.domain.ids import ProgrammeId
from drrouter.errors import MessageError
from drrouter.sim.appliances.appliance import NEVER, Appliance


@dataclass(slots=True)
class Cycle:
    """One run of one programme, from loading to its end.

    Attributes:
        cut_at: when it lost its power while it ran: a breach of safety, even where the machine went on later.
    """

    programme_id: ProgrammeId
    loaded_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    cut_at: datetime | None = None


class CycleMachine(Appliance):
    """Runs the loaded programme from the moment there is power, drawing what was measured minute by minute.

    A cut aborts the cycle, and somebody has to load again, unless the machine ``resumes`` when power is back.
    """

    def __init__(
        self,
        start: datetime,
        programmes: Iterable[Programme],
        *,
        resumes: bool = False,
        supplied: bool = False,
    ) -> None:
        """Begin empty."""
        super().__init__(start, supplied=supplied)
        self.cycles: list[Cycle] = []
        self._programmes = {programme.id: programme for programme in programmes}
        self._resumes = resumes
        self._running: Programme | None = None
        self._elapsed = timedelta(0)

    @property
    def cycle(self) -> Cycle | None:
        """The cycle that is loaded or running, None where there is none."""
        last = self.cycles[-1] if self.cycles else None
        if last is None or last.finished_at or (last.cut_at and not self._resumes):
            return None
        return last

    @property
    def power_w(self) -> float:
        """What the programme draws now, in W; nothing before, after and without supply."""
        return self._running.power_at(self._elapsed) if self._running and self.supplied else 0.0

    def load(self, programme_id: ProgrammeId) -> None:
        """A person fills the machine and presses start; it runs as soon as there is power.

        Raises:
            MessageError: it knows no such programme, or is not free.
        """
        if programme_id not in self._programmes:
            known = ", ".join(sorted(self._programmes))
            raise MessageError("machine", "programme", f"{programme_id!r} is none of {known}")
        if self.cycle is not None:
            raise MessageError("machine", "programme", "it is loaded already", "Wait until it is done")
        self.cycles.append(Cycle(programme_id, self.now))
        self._react()

    def _until_change(self) -> timedelta:
        """Until the phase ends."""
        if self._running is None or not self.supplied:
            return NEVER
        ends = accumulate(phase.duration for phase in self._running.phases)
        return next(end - self._elapsed for end in ends if end > self._elapsed)

    def _pass(self, span: timedelta) -> None:
        if self._running and self.supplied:
            self._elapsed += span

    def _react(self) -> None:
        """Start what is loaded; end what is over."""
        cycle = self.cycle
        if cycle and self.supplied and self._running is None:
            self._running, self._elapsed = self._programmes[cycle.programme_id], timedelta(0)
            cycle.started_at = self.now
        if cycle and self._running and self._elapsed >= self._running.duration:
            cycle.finished_at, self._running = self.now, None

    def _on_supply(self) -> None:
        """A running cycle that loses its power is cut."""
        cycle = self.cycle
        if self.supplied or self._running is None or cycle is None:
            return
        cycle.cut_at = cycle.cut_at or self.now
        if not self._resumes:
            self._running = None
