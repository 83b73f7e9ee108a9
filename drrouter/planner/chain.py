"""A programme that may pause, as blocks that may not, and where each of them may stand."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from drrouter.domain.flexibility import Programme
from drrouter.planner.problem import Problem
from drrouter.planner.relations import Others
from drrouter.planner.start import Place, Start, joined

MOST_BLOCKS = 4
"""A programme is cut at its longest pauses into so many blocks at most."""


@dataclass(frozen=True, slots=True)
class Block:
    """Phases that follow each other without a pause.

    Attributes:
        part: the phases, under the name of the whole programme.
        first: which phase of the programme is the first here.
        max_pause: how long the machine may stand still after the block.
    """

    part: Programme
    first: int
    max_pause: timedelta


@dataclass(frozen=True, slots=True)
class Chain:
    """A programme that may pause.

    Attributes:
        places: of each block, in order of time.
        closed: instants that no cycle may span, not by its pauses either: other cycles begin there.
    """

    programme: Programme
    blocks: tuple[Block, ...]
    places: tuple[tuple[Start, ...], ...]
    closed: tuple[datetime, ...]

    def whole(self, parts: tuple[Start, ...]) -> Start:
        """The cycle whose blocks stand at these places."""
        phases: list[datetime] = []
        for block, part in zip(self.blocks, parts, strict=True):
            phases += block.part.phase_starts(part.start)
        return joined(self.programme, parts, tuple(phases))

    def indices(self, place: Place) -> tuple[int, ...] | None:
        """Which place of each block makes up this place of the cycle; None where none does."""
        programme_id, _, phases = place
        if programme_id != self.programme.id or len(phases) != len(self.programme.phases):
            return None
        found = [
            next((k for k, start in enumerate(places) if start.start == phases[block.first]), None)
            for block, places in zip(self.blocks, self.places, strict=True)
        ]
        indices = tuple(index for index in found if index is not None)
        if len(indices) < len(found):
            return None
        parts = tuple(places[index] for places, index in zip(self.places, indices, strict=True))
        gaps = zip(self.blocks, parts, parts[1:], strict=False)
        kept = all(timedelta(0) <= later.start - part.end <= block.max_pause for block, part, later in gaps)
        spans = any(parts[0].start < instant < parts[-1].end for instant in self.closed)
        return indices if kept and not spans and self.whole(parts).phase_starts == phases else None

    def at(self, place: Place) -> Start | None:
        """The cycle at this place, None where it cannot stand there."""
        indices = self.indices(place)
        if indices is None:
            return None
        return self.whole(tuple(places[index] for places, index in zip(self.places, indices, strict=True)))


def blocks_of(programme: Programme) -> tuple[Block, ...]:
    """The programme, cut where it may pause.

    Interpretation: of many pauses the longest are used, three at most.
    """
    pauses = {n: phase.max_pause for n, phase in enumerate(programme.phases[:-1]) if phase.max_pause}
    cuts = sorted(sorted(pauses, key=lambda n: (-pauses[n], n))[: MOST_BLOCKS - 1])
    ends = [*(cut + 1 for cut in cuts), len(programme.phases)]
    begins = [0, *ends[:-1]]
    return tuple(
        Block(replace(programme, phases=programme.phases[a:b]), a, pauses.get(b - 1, timedelta(0)))
        for a, b in zip(begins, ends, strict=True)
    )


def instants_of(
    problem: Problem, block: Block, before: Iterable[Start], previous: tuple[datetime, ...]
) -> list[datetime]:
    """Where a block may begin: right after the one before, at a slot, or where it was planned."""
    ends = {start.end for start in before}
    others = {*(slot.start for slot in problem.slots), *previous[block.first : block.first + 1]}
    return sorted(ends | {instant for instant in others if ends and instant >= min(ends)})


def around_block(others: Others | None, number: int, count: int) -> Others | None:
    """What binds a block: every one stands apart, the first follows, and the last is followed."""
    if others is None:
        return None
    return Others(
        others.apart,
        others.leaders if number == 0 else (),
        others.followers if number == count - 1 else (),
    )
