"""The meter: what the devices draw is imported, and what they leave of the sun is exported."""

from collections.abc import Sequence
from dataclasses import dataclass

from drrouter.errors import PlannerError
from drrouter.planner.constraints import Draw
from drrouter.planner.pulp_door import Door, Label, Labels, Row, Sense, Var
from drrouter.planner.tasks import Tasks

METER = "site meter"
"""The owner of the meter's variables."""

_NOTHING_KW = 1e-9


@dataclass(frozen=True, slots=True)
class Flows:
    """What may flow at the meter in each slot, in kW.

    Attributes:
        fixed_kw: base load, running cycles and commitments less generation.
        import_kw: what may be imported at most.
        sun_kw: what the sun leaves at most beside the fixed load.
        export_kw: what may be exported at most: that, and what batteries may send away.
    """

    fixed_kw: tuple[float, ...]
    import_kw: tuple[float, ...]
    sun_kw: tuple[float, ...]
    export_kw: tuple[float, ...]

    @property
    def exporting(self) -> tuple[bool, ...]:
        """Where there can be export at all."""
        return tuple(most > _NOTHING_KW for most in self.export_kw)


def flows_of(fixed_kw: Sequence[float], most_kw: Sequence[float], sent_kw: Sequence[float]) -> Flows:
    """The flows, where all devices together draw so much at most and batteries send so much away."""
    sun_kw = tuple([max(0.0, -fixed) for fixed in fixed_kw])
    return Flows(
        fixed_kw=tuple(fixed_kw),
        import_kw=tuple([max(0.0, fixed + most) for fixed, most in zip(fixed_kw, most_kw, strict=True)]),
        sun_kw=sun_kw,
        export_kw=tuple([sun + sent for sun, sent in zip(sun_kw, sent_kw, strict=True)]),
    )


@dataclass(frozen=True, slots=True)
class Meter:
    """The variables of the meter, one a slot, and its rows.

    Attributes:
        imports, exports: the flows; None where nothing can be exported.
        balance: the row of each slot.
    """

    imports: tuple[Var, ...]
    exports: tuple[Var | None, ...]
    balance: tuple[Row, ...]

    def exported(self, index: int) -> Var:
        """The export of a slot that has one."""
        export = self.exports[index]
        if export is None:
            raise PlannerError(f"nothing can be exported in slot {index}")
        return export


def add_balance(door: Door, exporting: Sequence[bool], draws: Sequence[Draw]) -> Meter:
    """Add the balance of every slot.

        import[k] - export[k] - sum(power of devices[k]) = fixed[k]
        0 <= import[k] <= most[k]        0 <= export[k] <= sun[k] + sent[k]

    ``fixed`` is base load, running cycles and commitments less generation, ``most`` is what all devices
    together may draw beside it, ``sent`` what batteries may send to the grid. There is export only of that,
    and where generation exceeds the fixed load. The numbers follow, and prices (``write_balance``).
    """
    slots, imports, exported = range(len(exporting)), list[Var](), dict[int, Var]()
    for k in slots:  # in order of time: which of equally cheap plans is found hangs on the order of columns
        imports.append(door.variable(Label(METER, "import", k)))
        if exporting[k]:
            exported[k] = door.variable(Label(METER, "export", k))
    rows = [{var: -kw for draw in draws for var, kw in draw[k].items()} | {imports[k]: 1.0} for k in slots]
    for k, export in exported.items():
        rows[k][export] = -1.0
    balance = door.rows(Labels(METER, "balance", slots), rows, Sense.EQUAL, [0.0] * len(rows))
    return Meter(tuple(imports), tuple(exported.get(k) for k in slots), balance)


def write_balance(door: Door, tasks: Tasks, meter: Meter, flows: Flows) -> None:
    """What is fixed, what may flow at most, and what each kWh costs and earns."""
    tariffs = tasks.tariffs
    door.bound(meter.imports, flows.import_kw)
    door.add_prices(meter.imports, [h * buy for h, buy in zip(tariffs.hours, tariffs.buy, strict=True)])
    sends = [(export, k) for k, export in enumerate(meter.exports) if export is not None]
    exports = [export for export, _ in sends]
    door.bound(exports, [flows.export_kw[k] for _, k in sends])
    door.add_prices(exports, [-tariffs.hours[k] * tariffs.sell[k] for _, k in sends])
    door.compare(meter.balance, Sense.EQUAL, flows.fixed_kw)


Crossing = tuple[int, float, float]
"""A slot in which it would pay to buy and to sell at once, with the most of either."""


def crossings(tasks: Tasks, flows: Flows) -> tuple[Crossing, ...]:
    """The slots in which export earns more than import may cost, the cheapest block of tiers included."""
    earning = enumerate(zip(tasks.tariffs.sell, tasks.tariffs.least, strict=True))
    return tuple(
        (k, flows.import_kw[k], flows.export_kw[k])
        for k in [k for k, (sell, least) in earning if sell > least]
        if flows.import_kw[k] > _NOTHING_KW and flows.export_kw[k] > _NOTHING_KW
    )


def add_crossings(door: Door, meter: Meter, slots: Sequence[Crossing]) -> None:
    """The home buys or sells.

        import[k] <= most[k] * buys[k]
        export[k] <= (sun[k] + sent[k]) * (1 - buys[k])            buys[k] in {0, 1}

    Stands only in slots where export earns more than import may cost, CO2 and the cheapest block of tiers
    included (``crossings``): elsewhere buying and selling at once can earn nothing, at negative prices
    neither.
    """
    places = tuple(k for k, _, _ in slots)
    buys = door.variables(Labels(METER, "buys", places), binary=True)
    known = list(zip(buys, slots, strict=True))
    buying = [{meter.imports[k]: 1.0, buy: -import_kw} for buy, (k, import_kw, _) in known]
    door.rows(Labels(METER, "buying", places), buying, Sense.AT_MOST, [0.0] * len(places))
    selling = [{meter.exported(k): 1.0, buy: export_kw} for buy, (k, _, export_kw) in known]
    door.rows(Labels(METER, "selling", places), selling, Sense.AT_MOST, [most for _, _, most in slots])
