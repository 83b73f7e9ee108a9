"""The meter: what the devices draw is imported, and what they leave of the sun is exported."""

from collections.abc import Mapping
from dataclasses import dataclass

from drrouter.domain.ids import DeviceId
from drrouter.planner.constraints import Draw
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.tasks import Tasks

METER = "site meter"
"""The owner of the meter's variables."""

_NOTHING_KW = 1e-9


@dataclass(frozen=True, slots=True)
class Meter:
    """The variables of the meter, one a slot, and what bounds them.

    Attributes:
        imports, exports: the flows; None where nothing can be exported.
        import_kw: what may be imported at most.
        sun_kw: what the sun leaves at most beside the fixed load.
    """

    imports: tuple[Var, ...]
    exports: tuple[Var | None, ...]
    import_kw: tuple[float, ...]
    sun_kw: tuple[float, ...]


def add_balance(
    door: Door,
    tasks: Tasks,
    fixed_kw: tuple[float, ...],
    most_kw: tuple[float, ...],
    sent_kw: tuple[float, ...],
    draws: Mapping[DeviceId, Draw],
) -> Meter:
    """Add the balance of every slot.

        import[k] - export[k] - sum(power of devices[k]) = fixed[k]
        import[k] <= most[k] * buys[k]        export[k] <= sun[k] * (1 - buys[k])        buys[k] in {0, 1}

    ``fixed`` is base load, running cycles and commitments less generation, ``most`` is what all devices
    together may draw beside it, ``sent`` what batteries may send to the grid. There is export only of that,
    and where generation exceeds the fixed load. The second line stands only in slots where export earns more
    than import may cost, CO2 and the cheapest block of tiers included: elsewhere buying and selling at once
    can earn nothing, at negative prices neither.
    """
    import_kw = tuple(max(0.0, fixed + most) for fixed, most in zip(fixed_kw, most_kw, strict=True))
    sun_kw = tuple(max(0.0, -fixed) for fixed in fixed_kw)
    flows = [
        _add_slot(door, tasks, (fixed_kw[k], import_kw[k], sun_kw[k] + sent_kw[k]), k, draws)
        for k in range(tasks.count)
    ]
    imports, exports = zip(*flows, strict=True)
    return Meter(imports, exports, import_kw, sun_kw)


def _add_slot(
    door: Door,
    tasks: Tasks,
    bounds_kw: tuple[float, float, float],
    index: int,
    draws: Mapping[DeviceId, Draw],
) -> tuple[Var, Var | None]:
    fixed_kw, import_kw, export_kw = bounds_kw
    hours, buy, sell = tasks.tariffs.hours[index], tasks.tariffs.buy[index], tasks.tariffs.sell[index]
    imported = door.variable(Label(METER, "import", index), 0.0, import_kw, price=hours * buy)
    terms = {var: -kilowatts for draw in draws.values() for var, kilowatts in draw[index].items()}
    terms[imported] = 1.0
    exported = None
    if export_kw > _NOTHING_KW:
        exported = door.variable(Label(METER, "export", index), 0.0, export_kw, price=-hours * sell)
        terms[exported] = -1.0
        if sell > tasks.tariffs.least_buy(index) and import_kw > _NOTHING_KW:
            buys = door.variable(Label(METER, "buys", index), binary=True)
            buying = {imported: 1.0, buys: -import_kw}
            door.row(Label(METER, "buying", index), buying, Sense.AT_MOST, 0.0)
            selling = {exported: 1.0, buys: export_kw}
            door.row(Label(METER, "selling", index), selling, Sense.AT_MOST, export_kw)
    door.row(Label(METER, "balance", index), terms, Sense.EQUAL, fixed_kw)
    return imported, exported
