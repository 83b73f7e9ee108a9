"""What variables and rows are called: of whom, what, and in which slot; and the names that are made of it.

Labels of a family over the slots stand together as one, and names are made for who asks.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from drrouter.errors import PlannerError


class Label(NamedTuple):
    """What a variable or row is: of whom, what, and in which slot (or which of several).

    ``Label("Washer 2", "power", 17)`` reads ``Washer 2.power[17]`` and is named ``washer_2__power__017``.
    """

    owner: str
    what: str
    number: int | None = None

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.owner}.{self.what}" + ("" if self.number is None else f"[{self.number}]")


class Labels(NamedTuple):
    """The labels of a family: one for each number, most often of a slot."""

    owner: str
    what: str
    numbers: Sequence[int | None]

    def each(self) -> Iterator[Label]:
        """One after the other."""
        return (Label(self.owner, self.what, number) for number in self.numbers)


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


class Register:
    """The labels of a model; each stands once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._taken: dict[tuple[str, str], set[int | None]] = {}
        self._own: set[tuple[str, str]] = set()

    def note(self, labels: Labels) -> None:
        """Enter the labels of a family.

        Raises:
            PlannerError: one of them stands there already.
        """
        name, numbers = (labels.owner, labels.what), labels.numbers
        if name not in self._own:
            self._own.add(name)
            self._taken[name] = set(self._taken.get(name, ()))
        taken = self._taken[name]
        size, twice = len(taken) + len(numbers), taken.intersection(numbers)
        taken.update(numbers)
        if len(taken) < size:
            raise PlannerError(f"{Label(*name, next(iter(twice or numbers)))} stands twice in the model")

    def without(self, families: Iterable[Labels]) -> "Register":
        """A register of its own with all the others; what neither changes is shared."""
        left = Register()
        left._taken = dict(self._taken)
        for owner, what, numbers in families:
            left._taken[owner, what] = left._taken[owner, what].difference(numbers)
        return left


def names_of(labels: Iterable[Label]) -> dict[Label, str]:
    """``owner__what__017`` in ``[a-z0-9_]``; a second owner that reads the same gets a number."""
    names: dict[Label, str] = {}
    taken: set[str] = set()
    for label in labels:
        owner, what, number = label
        tail = "" if number is None else f"__{number:03d}"
        name, twin = f"{_plain(owner)}__{_plain(what)}{tail}", 1
        while name in taken:
            twin += 1
            name = f"{_plain(owner)}_{twin}__{_plain(what)}{tail}"
        taken.add(name)
        names[label] = name
    return names


@lru_cache(maxsize=1000)  # a model has a few words and thousands of names
def _plain(text: str) -> str:
    return "".join(letter if letter in _LETTERS else "_" for letter in text.lower()) or "_"
