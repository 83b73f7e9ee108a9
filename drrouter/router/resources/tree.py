"""The leaves and the log of their changes in memory: every change is a numbered step, bounded in all ways.

    write --> steps: let the oldest of the branch go where room is needed, then put the leaf
    remove -> one step
    apply --> leaves and log as they are after a step

Numbers grow by one with each step and never come again: the first one is taken from the clock, so that a
store that begins anew repeats none of the former one. Keeping steps on the disk is left to ``keeper``.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from drrouter.domain.resource import (
    MOST_BRANCH_BYTES,
    MOST_LEAVES,
    Leaf,
    LeafChange,
    LeafPath,
    branch_of,
    is_under,
)

MOST_CHANGES = 2000
"""Changes that are remembered for those who come back."""

ROUTER = "router"


@dataclass(frozen=True, slots=True)
class Step:
    """One change; ``leaf`` is what stands there now, None where it went."""

    change: LeafChange
    leaf: Leaf | None


class Tree:
    """What is kept, and what became of it lately."""

    def __init__(self, begin: int, most_changes: int = MOST_CHANGES) -> None:
        """Hold nothing; the first change has the number after ``begin``."""
        self.leaves: dict[LeafPath, Leaf] = {}
        self.sequence = begin
        self._log: deque[LeafChange] = deque()
        self._most = most_changes

    @classmethod
    def of(cls, begin: int, leaves: Iterable[Leaf], changes: Iterable[LeafChange]) -> "Tree":
        """What was kept; of the log as much as has no hole."""
        tree = cls(begin)
        tree.leaves = {leaf.path: leaf for leaf in sorted(leaves, key=lambda leaf: leaf.sequence)}
        known = sorted(changes, key=lambda change: change.sequence)
        numbers = [leaf.sequence for leaf in tree.leaves.values()] + [one.sequence for one in known]
        tree.sequence = max(numbers, default=begin)
        expected = tree.sequence
        for change in reversed(known):
            if change.sequence != expected or len(tree._log) >= tree._most:
                break
            tree._log.appendleft(change)
            expected -= 1
        return tree

    @property
    def floor(self) -> int:
        """The oldest number after which every change is still known."""
        return self.sequence - len(self._log)

    def under(self, path: str) -> list[Leaf]:
        """The leaves at and below a path, by path."""
        found = [leaf for leaf in self.leaves.values() if is_under(leaf.path, path)]
        return sorted(found, key=lambda leaf: leaf.path)

    def after(self, cursor: int) -> list[LeafChange] | None:
        """Every change after that number; None where some of them are no longer known, or never were."""
        if not self.floor <= cursor <= self.sequence:
            return None
        return list(islice(self._log, cursor - self.floor, None))

    def apply(self, step: Step) -> list[int]:
        """Take a step; the numbers of the changes that are forgotten by it."""
        path = step.change.path
        self.leaves.pop(path, None)
        if step.leaf is not None:
            self.leaves[path] = step.leaf  # at the end: the order is that of writing
        self.sequence = step.change.sequence
        self._log.append(step.change)
        too_many = max(0, len(self._log) - self._most)
        return [self._log.popleft().sequence for _ in range(too_many)]

    def write(self, path: LeafPath, media_type: str, data: bytes, by: str, at: datetime) -> tuple[Step, ...]:
        """The steps that put a leaf, the oldest of its branch making room; nothing is done yet."""
        gone = list(self._displaced(path, len(data)))
        steps = [self._removal(leaf, ROUTER, at, turn) for turn, leaf in enumerate(gone, start=1)]
        number = self.sequence + len(steps) + 1
        leaf = Leaf(path, media_type, data, by, at, number)
        change = LeafChange(number, path, False, media_type, len(data), by, at)
        return (*steps, Step(change, leaf))

    def remove(self, paths: Iterable[LeafPath], by: str, at: datetime) -> tuple[Step, ...]:
        """The steps that take away leaves that there are; nothing is done yet."""
        there = [self.leaves[path] for path in paths if path in self.leaves]
        return tuple(self._removal(leaf, by, at, turn) for turn, leaf in enumerate(there, start=1))

    def _removal(self, leaf: Leaf, by: str, at: datetime, turn: int) -> Step:
        number = self.sequence + turn
        return Step(LeafChange(number, leaf.path, True, leaf.media_type, len(leaf.data), by, at), None)

    def _displaced(self, path: LeafPath, size: int) -> Iterator[Leaf]:
        """The oldest leaves of the branch that must go, so that one more of that size has room."""
        branch = branch_of(path)
        others = [leaf for leaf in self.leaves.values() if branch_of(leaf.path) == branch]
        others = [leaf for leaf in others if leaf.path != path]
        count, total = len(others) + 1, sum(len(leaf.data) for leaf in others) + size
        for leaf in others:
            if count <= MOST_LEAVES and total <= MOST_BRANCH_BYTES:
                return
            count, total = count - 1, total - len(leaf.data)
            yield leaf
