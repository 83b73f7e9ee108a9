"""What is added up over a time: energy, money, CO2, and how much of the time was measured."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over a time, of one device or of the home.

    Attributes:
        taken_wh, given_wh: what flowed in and out; of the home, what it imported and exported.
        cost: in the site's currency; None where no price was known.
        co2_g: of what came from the grid; None where its CO2 was not known.
        saving: by how much the baseline costs more; None where nothing could be compared.
        saved_co2_g: by how much the baseline has more CO2; None likewise.
        unpriced_wh: taken while no price was known, and part of no cost.
        coverage: the share of the time that was measured, from 0 to 1.
    """

    taken_wh: float = 0.0
    given_wh: float = 0.0
    cost: float | None = None
    co2_g: float | None = None
    saving: float | None = None
    saved_co2_g: float | None = None
    unpriced_wh: float = 0.0
    coverage: float = 0.0


@dataclass(slots=True)
class Sum:
    """Figures that are still being added up; a money or CO2 that stays None was never known."""

    taken_wh: float = 0.0
    given_wh: float = 0.0
    cost: float | None = None
    co2_g: float | None = None
    saving: float | None = None
    saved_co2_g: float | None = None
    unpriced_wh: float = 0.0
    measured_s: float = 0.0
    whole_s: float = 0.0

    def add(self, other: "Sum") -> None:
        """Count another one in."""
        for one in fields(other):
            more, known = getattr(other, one.name), getattr(self, one.name)
            if more is not None:
                setattr(self, one.name, more + (known or 0.0))

    def figures(self) -> Figures:
        """As they are shown."""
        coverage = min(self.measured_s / self.whole_s, 1.0) if self.whole_s else 0.0
        return Figures(
            round(self.taken_wh, 1),
            round(self.given_wh, 1),
            _rounded(self.cost),
            _rounded(self.co2_g),
            _rounded(self.saving),
            _rounded(self.saved_co2_g),
            round(self.unpriced_wh, 1),
            round(coverage, 4),
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4) + 0.0


def plus(known: float | None, more: float) -> float:
    """The sum, where nothing may have been known yet."""
    return more if known is None else known + more
