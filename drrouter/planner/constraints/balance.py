"""The meter: what the devices draw is imported, and what they leave of the sun is exported."""

from collections.abc import Mapping

from drrouter.domain.ids import DeviceId
from drrouter.planner.constraints import Draw
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.tasks import Tasks

METER = "site meter"
"""The owner of the meter's variables."""

_NOTHING_KW = 1e-9


def add_balance(
    door: Door,
    tasks: Tasks,
    fixed_kw: tuple[float, ...],
    most_kw: tuple[float, ...],
    draws: Mapping[DeviceId, Draw],
) -> tuple[Var, ...]:
    """Add the balance of every slot; returns the import of each.

        import[k] - export[k] - sum(power of devices[k]) = fixed[k]
        import[k] <= most[k] * buys[k]        export[k] <= sun[k] * (1 - buys[k])        buys[k] in {0, 1}

    ``fixed`` is base load, running cycles and commitments less generation, ``most`` is what all devices
    together may draw beside it. There is export only where generation exceeds the fixed load. The second
    line stands only in slots where export earns more than import may cost, CO2 and the cheapest block of
    tiers included: elsewhere buying and selling at once can earn nothing, at negative prices neither.
    """
    return tuple(_add_slot(door, tasks, fixed_kw[k], most_kw[k], k, draws) for k in range(tasks.count))


def _add_slot(
    door: Door,
    tasks: Tasks,
    fixed_kw: float,
    most_kw: float,
    index: int,
    draws: Mapping[DeviceId, Draw],
) -> Var:
    hours, buy, sell = tasks.tariffs.hours[index], tasks.tariffs.buy[index], tasks.tariffs.sell[index]
    import_kw, sun_kw = max(0.0, fixed_kw + most_kw), max(0.0, -fixed_kw)
    imported = door.variable(Label(METER, "import", index), 0.0, import_kw, price=hours * buy)
    terms = {var: -kilowatts for draw in draws.values() for var, kilowatts in draw[index].items()}
    terms[imported] = 1.0
    if sun_kw > _NOTHING_KW:
        exported = door.variable(Label(METER, "export", index), 0.0, sun_kw, price=-hours * sell)
        terms[exported] = -1.0
        if sell > tasks.tariffs.least_buy(index) and import_kw > _NOTHING_KW:
            buys = door.variable(Label(METER, "buys", index), binary=True)
            buying = {imported: 1.0, buys: -import_kw}
            door.row(Label(METER, "buying", index), buying, Sense.AT_MOST, 0.0)
            door.row(Label(METER, "selling", index), {exported: 1.0, buys: sun_kw}, Sense.AT_MOST, sun_kw)
    door.row(Label(METER, "balance", index), terms, Sense.EQUAL, fixed_kw)
    return imported
