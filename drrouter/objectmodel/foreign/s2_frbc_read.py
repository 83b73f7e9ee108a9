"""What an FRBC description says, as a storage of ours; what is lost is told in ``s2_frbc``.

Source: S2 JSON schema 0.0.2-beta, FRBC.SystemDescription and FRBC.LeakageBehaviour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drrouter.errors import MessageError
from drrouter.objectmodel.flexibility import Storage
from drrouter.objectmodel.foreign.s2_control import HOUR_S, cost_per_h, lines_of, watts
from drrouter.objectmodel.foreign.s2_frbc import Description, Leakage, LeakageElement, OperationMode
from drrouter.objectmodel.foreign.words import checked, distinct, key_from

SENDER = "S2 FRBC.SystemDescription"
LEAKAGE_SENDER = "S2 FRBC.LeakageBehaviour"
"""Who speaks, for sentences."""

LEAST_LOSS_PER_H = 1e-6
"""The smallest loss of ours; a slope of less than half of it is rounding."""

_COLDEST, _HOTTEST = -60.0, 120.0
_UNITS = {
    "degrees celsius": ("celsius", 1.0),
    "celsius": ("celsius", 1.0),
    "°c": ("celsius", 1.0),
    "wh": ("watt_hours", 1.0),
    "watt hours": ("watt_hours", 1.0),
    "kwh": ("watt_hours", 1000.0),
}
_SHARES = ("%", "soc", "soc %", "percent", "state of charge")


@dataclass(frozen=True, slots=True)
class ReadStorage:
    """What a description says: a form of ours, and the times that belong into a document's ``safety``."""

    storage: Storage
    min_on_s: float
    min_off_s: float


@dataclass(frozen=True, slots=True)
class _Way:
    """One mode: power and rate at the factors 0 and 1, in W and units of the level an hour."""

    id: str
    key: str
    low_w: float
    high_w: float
    low_rate: float
    high_rate: float
    costs_per_h: float
    lines: int

    @property
    def rests(self) -> bool:
        """Whether it leaves the level alone."""
        return self.low_rate == self.high_rate == 0


def storage_from(
    message: Mapping[str, object],
    leakage: Mapping[str, object] | None = None,
    *,
    capacity_wh: float | None = None,
) -> ReadStorage:
    """The storage that the description tells of.

    Args:
        message: FRBC.SystemDescription.
        leakage: its FRBC.LeakageBehaviour, where it has sent one.
        capacity_wh: of a battery whose level is in per cent.

    Raises:
        MessageError: they are no such messages, or no storage of ours.
    """
    read = checked(Description, message, SENDER)
    if len(read.actuators) > 1:
        raise MessageError(SENDER, "actuators", "a storage of several actuators is none of ours")
    unit, factor = _unit(read.storage.fill_level_label, capacity_wh)
    actuator = read.actuators[0]
    usual = [mode for mode in actuator.operation_modes if not mode.abnormal_condition_only]
    keys = distinct(
        key_from(mode.diagnostic_label or mode.id, f"mode_{number}") for number, mode in enumerate(usual)
    )
    ways = [_way(mode, key, factor) for mode, key in zip(usual, keys, strict=True)]
    low = read.storage.fill_level_range.start_of_range * factor
    high = read.storage.fill_level_range.end_of_range * factor
    is_battery = unit == "watt_hours"
    table = {
        "kind": "storage",
        "lines": 3 if any(way.lines == 3 for way in ways) else 1,
        "level": {"unit": unit, "min": low, "max": high, "target": high if is_battery else (low + high) / 2},
        **(_battery(ways) if is_battery else {"modes": tuple(_mode(way, way.high_rate) for way in ways)}),
        **_drift(leakage, is_battery, factor),
    }
    resting = {way.id for way in ways if way.rests}
    return ReadStorage(
        checked(Storage, table, SENDER),
        actuator.longest_block_s(lambda mode_id: mode_id not in resting),
        actuator.longest_block_s(lambda mode_id: mode_id in resting),
    )


def level_unit(label: str | None) -> tuple[str, float] | None:
    """The unit that a label means, and what makes it of the foreign numbers; None where it is none of ours.

    >>> level_unit("kWh"), level_unit("SoC"), level_unit("litres")
    (('watt_hours', 1000.0), ('percent', 1.0), None)
    """
    said = (label or "").strip().casefold()
    return ("percent", 1.0) if said in _SHARES else _UNITS.get(said)


def _unit(label: str | None, capacity_wh: float | None) -> tuple[str, float]:
    """The unit of ours, and what the foreign numbers are multiplied by.

    Raises:
        MessageError: it is none that we know.
    """
    unit = level_unit(label)
    if unit is not None and unit[0] == "percent":
        unit = None if capacity_wh is None else ("watt_hours", capacity_wh / 100)
    if unit is None:
        said = (label or "").strip().casefold()
        raise MessageError(SENDER, "fill_level_label", f"{said[:40]!r} is no unit of a level that we know")
    return unit


def _way(mode: OperationMode, key: str, factor: float) -> _Way:
    """A mode; what differs by level is averaged over the range."""
    widths = [
        abs(one.fill_level_range.end_of_range - one.fill_level_range.start_of_range) or 1.0
        for one in mode.elements
    ]

    def mean(values: Sequence[float]) -> float:
        if len(set(values)) == 1:
            return values[0]
        return sum(value * width for value, width in zip(values, widths, strict=True)) / sum(widths)

    ranges_w = [watts(one.power_ranges) for one in mode.elements]
    per_h = factor * HOUR_S
    return _Way(
        mode.id,
        key,
        mean([low_w for low_w, _ in ranges_w]),
        mean([high_w for _, high_w in ranges_w]),
        _even(mean([one.fill_rate.start_of_range for one in mode.elements]) * per_h),
        _even(mean([one.fill_rate.end_of_range for one in mode.elements]) * per_h),
        mean([cost_per_h(one.running_costs) for one in mode.elements]),
        max(lines_of(one.power_ranges) for one in mode.elements),
    )


def _even(per_h: float) -> float:
    """Without what the way from hours to seconds and back adds in the last digits."""
    return float(f"{per_h:.12g}")


def _mode(way: _Way, rate_c_per_h: float = 0.0) -> dict[str, Any]:
    """A mode of ours."""
    table = {"id": way.key, "power_w": way.high_w, "rate_c_per_h": rate_c_per_h}
    return table | ({"min_power_w": max(way.low_w, 0.0)} if way.low_w < way.high_w else {})


def _battery(ways: Sequence[_Way]) -> dict[str, Any]:
    """The keys of a battery: what takes, what gives, and what it draws at rest."""
    taking = [way for way in ways if not way.rests and way.high_w > 0]
    giving = [way for way in ways if not way.rests and way.low_w < 0]
    if not taking:
        raise MessageError(SENDER, "operation_modes", "no mode of the battery takes power")
    strongest = max(taking, key=lambda way: way.high_w)
    table: dict[str, Any] = {
        "modes": tuple(_mode(way) for way in taking),
        "efficiency": _share(strongest.high_rate / strongest.high_w),
        "standby_w": min((way.high_w for way in ways if way.rests), default=0.0),
    }
    return table | ({"discharge": _discharge(min(giving, key=lambda way: way.low_w))} if giving else {})


def _discharge(way: _Way) -> dict[str, Any]:
    """What comes back: all that is lost on the way out is in its rate."""
    if way.low_rate >= 0:
        raise MessageError(SENDER, "operation_modes", "a mode gives power, and the level does not fall")
    most_w = -way.low_w
    return {
        "power_w": most_w,
        "min_power_w": max(-way.high_w, 0.0),
        "efficiency": _share(way.low_w / way.low_rate),
        "wear_per_kwh": way.costs_per_h * 1000 / most_w,
    }


def _share(efficiency: float) -> float:
    """An efficiency, freed from rounding above 1."""
    return min(efficiency, 1.0) if efficiency < 1 + 1e-6 else efficiency


def _drift(leakage: Mapping[str, object] | None, is_battery: bool, factor: float) -> dict[str, Any]:
    """The keys that say how the level moves by itself."""
    if leakage is None:
        return {}
    read = checked(Leakage, leakage, LEAKAGE_SENDER)
    points = [_point(one, factor) for one in read.elements]
    if is_battery:
        squares = sum(level * level for level, _ in points)
        per_h = -sum(level * drift for level, drift in points) / squares if squares else 0.0
        return _loss(per_h)
    level, drift = (sum(values) / len(points) for values in zip(*points, strict=True))
    spread = sum((one - level) ** 2 for one, _ in points)
    slope = sum((one - level) * (rate - drift) for one, rate in points) / spread if spread else 0.0
    if not (loss := _loss(-slope)):
        return {"heat_gain_c_per_h": drift}
    at_zero = drift + loss["loss_per_h"] * level
    ambient = min(max(at_zero / loss["loss_per_h"], _COLDEST), _HOTTEST)
    return loss | {"ambient_c": ambient, "heat_gain_c_per_h": at_zero - loss["loss_per_h"] * ambient}


def _loss(per_h: float) -> dict[str, Any]:
    """The key of a loss that is one."""
    return {"loss_per_h": max(per_h, LEAST_LOSS_PER_H)} if per_h > LEAST_LOSS_PER_H / 2 else {}


def _point(element: LeakageElement, factor: float) -> tuple[float, float]:
    """The middle of a part of the range, and how fast the level moves there, an hour."""
    part = element.fill_level_range
    middle = (part.start_of_range + part.end_of_range) / 2 * factor
    return middle, -element.leakage_rate * factor * HOUR_S
