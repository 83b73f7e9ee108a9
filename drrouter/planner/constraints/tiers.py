"""Tiers: the price of a kWh depends on how much was imported in the billing period."""

from drrouter.planner.constraints import Import
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.terms import Terms, TierTask

TIER = "tier"
"""The owner of the variables of tiers is this and a number."""


def add_tiers(door: Door, terms: Terms, meter: Import) -> None:
    """Add every tier: energy fills its blocks from the lowest on.

        sum(h[k] * import[k]) = sum(block[b])        0 <= block[b] <= room[b]
        block[b] >= room[b] * full[b]        block[b+1] <= room[b+1] * full[b]        full[b] in {0, 1}

    The price of the block in which the plan begins stands in the price of import, the others have their
    difference to it. The second line stands only where prices fall within reach: rising blocks fill in
    order by themselves. Above the last fall every block asks for the one before it to be full.

    Source: block tariffs as on the bills of many US and Asian utilities; falling blocks are concave.
    """
    for number, task in enumerate(terms.tiers):
        _add_tier(door, terms, task, f"{TIER} {number}", meter)


def _add_tier(door: Door, terms: Terms, task: TierTask, owner: str, meter: Import) -> None:
    rooms = _within_reach(task, terms.energy_kwh(task, meter.most_kw))
    if len(rooms) < 2:
        return
    blocks = [
        door.variable(Label(owner, "block", number), 0.0, room, price=task.prices[number] - task.price)
        for number, room in enumerate(rooms)
    ]
    filled = dict.fromkeys(blocks, -1.0)
    filled |= meter.terms((index, terms.hours[index]) for index in task.slots)
    door.row(Label(owner, "energy"), filled, Sense.EQUAL, 0.0)
    _add_order(door, task, owner, rooms, blocks)


def _within_reach(task: TierTask, most_kwh: float) -> list[float]:
    """The rooms of the blocks that the plan can reach, the last one as far as it can."""
    rooms: list[float] = []
    for room in task.rooms:
        if most_kwh <= 0:
            break
        rooms.append(min(room, most_kwh))
        most_kwh -= room
    return rooms


def _add_order(door: Door, task: TierTask, owner: str, rooms: list[float], blocks: list[Var]) -> None:
    falls = [b for b in range(len(rooms) - 1) if task.prices[b + 1] < task.prices[b]]
    last = max(falls, default=-1)
    for number in range(last + 1):
        full = door.variable(Label(owner, "full", number), binary=True)
        lower = {blocks[number]: 1.0, full: -rooms[number]}
        door.row(Label(owner, "fills", number), lower, Sense.AT_LEAST, 0.0)
        above = range(number + 1, len(rooms) if number == last else number + 2)
        for block in above:
            upper = {blocks[block]: 1.0, full: -rooms[block]}
            door.row(Label(owner, f"after_{number}", block), upper, Sense.AT_MOST, 0.0)
