"""Collects violations while a plan is checked, and what its misses should cost."""

from dataclasses import dataclass, field

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import MissKind, Plan

WATT = 0.05
"""Powers may differ by this, in W: rounding on the way through solvers and JSON."""

ENERGY_KWH = 2e-3
"""Energies may differ by this, in kWh."""


@dataclass(slots=True)
class Findings:
    """What was found so far.

    Attributes:
        sentences: one for each rule broken.
        penalties: what the misses that were found cost together, in the plan's currency.
    """

    sentences: list[str] = field(default_factory=list)
    penalties: float = 0.0

    def expect(self, holds: bool, sentence: str, *values: object) -> None:
        """Note the sentence unless the rule holds.

        Args:
            holds: whether the rule does.
            sentence: what to note; with ``values`` a template, filled in only where it is needed: most rules
                hold, and slots are many.
            values: for the fields of the template.
        """
        if not holds:
            self.sentences.append(sentence.format(*values) if values else sentence)

    def missed(
        self,
        plan: Plan,
        kind: MissKind,
        device_id: DeviceId,
        amount: float,
        price: float,
        tolerance: float = ENERGY_KWH,
    ) -> None:
        """Compare what the plan says it misses with what it does miss, and price the latter."""
        told = sum(miss.amount for miss in plan.misses if (miss.kind, miss.device_id) == (kind, device_id))
        self.penalties += amount * price
        self.expect(
            abs(told - amount) <= tolerance,
            f"{device_id} misses {amount:.4g} of kind {kind}, and the plan says {told:.4g}.",
        )
