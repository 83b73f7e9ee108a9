"""One-at-a-time groups: cycles of machines that never run at the same time."""

from collections.abc import Mapping, Sequence

from drrouter.domain.ids import DeviceId
from drrouter.planner.constraints.cycle import CycleVars
from drrouter.planner.pulp_door import Door, Label, Sense, Var


def add_exclusive(
    door: Door, groups: Sequence[Sequence[DeviceId]], cycles: Mapping[DeviceId, CycleVars]
) -> None:
    """Add every group of machines of which one runs at a time.

        sum(begun at t or earlier) - sum(ended at t or earlier) <= 1

    over all cycles of the group, for each instant t at which one of them may begin: two spans of time
    overlap just where one of them holds the beginning of the other, so this is exact, slots or not. Cycles
    that run or are committed bind by the starts that they leave.
    """
    for number, group in enumerate(groups):
        members = [cycles[device_id] for device_id in dict.fromkeys(group) if device_id in cycles]
        if len(members) > 1:
            _add_group(door, f"group {number}", members)


def _add_group(door: Door, owner: str, members: list[CycleVars]) -> None:
    instants = sorted({begin for cycle in members for begin, _ in cycle.begins})
    for index, instant in enumerate(instants):
        running: dict[Var, float] = {}
        owners = set()
        for number, cycle in enumerate(members):
            terms = cycle.running_at(instant)
            running.update(terms)
            owners |= {number} if terms else set()
        if len(owners) > 1:
            door.row(Label(owner, "one at a time", index), running, Sense.AT_MOST, 1.0)
