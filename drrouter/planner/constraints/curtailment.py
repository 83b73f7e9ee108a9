"""Inverters: what the sun offers is given, or held back where nobody takes it and sending it away costs."""

from dataclasses import dataclass

from drrouter.planner.constraints import Draw
from drrouter.planner.inverter_task import InverterTask
from drrouter.planner.pulp_door import Door, Labels, Var


@dataclass(frozen=True, slots=True)
class InverterVars:
    """The variables of one inverter, in the slots in which holding back could pay."""

    task: InverterTask
    held: dict[int, Var]
    draw: Draw


def add_inverter(door: Door, task: InverterTask) -> InverterVars:
    """What an inverter gives is what the sun offers, less what is held back.

        power[k] = held[k] - offered[k]            0 <= held[k] <= spare[k]

    ``offered`` stands in ``fixed`` of the balance, and ``held`` is drawn there like a load. The variable
    exists only in slots in which a kWh sent away or imported costs less than nothing, or what may be sent
    away is limited; ``spare`` ends where the inverter cannot be held lower. Like what may as well stay off,
    it never breaks a limit of import. Applies to devices with an envelope.

    Source: S2 PEBC; OpenADR 3.1, EXPORT_CAPACITY_LIMIT.
    """
    spare = {k: most for k, most in enumerate(task.spare_kw) if most}
    labels = Labels(task.device.id, "held", tuple(spare))
    held = dict(zip(spare, door.variables(labels, 0.0, list(spare.values())), strict=True))
    draw = tuple({held[k]: 1.0} if k in held else {} for k in range(len(task.spare_kw)))
    return InverterVars(task, held, draw)
