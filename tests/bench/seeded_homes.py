"""Seeded homes of three sizes for the planner's measurements: the same seed gives the same home."""

import math
from datetime import datetime, timedelta
from random import Random

from drrouter.domain.flexibility import (
    DemandFlexibility,
    Discharge,
    ProfileFlexibility,
    Programme,
    StorageFlexibility,
)
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.wish import CycleWish, LevelWish
from drrouter.planner import DeviceInput, Effort, Problem, grid_slots
from tests.unit.planner.homes import COTTON, ECO, FREEZING, NOW, programme

DRYING = programme((90, 1800), (10, 100), name="drying")

SIZES = (3, 8, 40)


def seeded_home(
    size: int, seed: int, *, flat: bool = False, slots: tuple[Interval, ...] | None = None, gap: float = 0.005
) -> Problem:
    """A home of that many devices (3, 8 or more), over 24 h, or 48 h for more than 8."""
    draw = Random(1000 * size + seed)
    slots = slots or grid_slots(NOW, timedelta(hours=24 if size <= 8 else 48))
    devices = _three(draw) if size == 3 else _eight(draw) if size == 8 else _crowd(draw, size)
    sunny = size == 8
    base_w = tuple(250 * max(1, size / 8) + 100 * draw.random() for _ in slots)
    prices = tuple(0.28 if flat else _price(draw, slot.start) for slot in slots)
    return Problem(
        now=NOW,
        slots=slots,
        import_price=prices,
        export_price=tuple(0.08 if flat else min(0.08, price - 0.02) for price in prices),
        base_load_w=base_w,
        devices=devices,
        pv_w=tuple(_sun(slot.start, 5500 * draw.uniform(0.6, 1.0)) for slot in slots) if sunny else (),
        limits=_limits(size),
        effort=Effort(gap=gap),
    )


def _limits(size: int) -> tuple[Limit, ...]:
    """A contract, and for a home of eight an event in the evening."""
    whole = Limit(Interval(NOW, NOW + timedelta(hours=48)), 9200.0 * max(1, size / 8))
    event = Limit(Interval(NOW + timedelta(hours=1), NOW + timedelta(hours=3)), 3000.0 * max(1, size / 8))
    return (whole,) if size == 3 else (whole, event)


def _price(draw: Random, instant: datetime) -> float:
    hour = instant.hour + instant.minute / 60
    evening, noon = math.exp(-(((hour - 18) / 2.5) ** 2)), math.exp(-(((hour - 12) / 3) ** 2))
    return round(0.24 + 0.16 * evening - 0.12 * noon + draw.uniform(-0.02, 0.02), 4)


def _sun(instant: datetime, peak_w: float) -> float:
    hour = instant.hour + instant.minute / 60
    return round(peak_w * max(0.0, math.sin((hour - 5) / 15 * math.pi)) ** 1.5 if 5 < hour < 20 else 0.0, 1)


def _three(draw: Random) -> tuple[DeviceInput, ...]:
    return freezer("freezer", draw), washer("washer", draw), car("car", draw)


def _eight(draw: Random) -> tuple[DeviceInput, ...]:
    return (
        freezer("freezer", draw),
        washer("washer", draw),
        dishwasher("dishwasher", draw),
        dryer("dryer", draw),
        tank("tank", draw),
        heat_pump("heat pump", draw),
        car("car", draw),
        battery("battery", draw),
    )


def _crowd(draw: Random, count: int) -> tuple[DeviceInput, ...]:
    kinds = (freezer, washer, tank, dishwasher, car, air, freezer, dryer, heat_pump, freezer)
    return tuple(kinds[number % len(kinds)](f"d{number}", draw) for number in range(count))


def freezer(name: str, draw: Random) -> DeviceInput:
    """A freezer on its thermostat."""
    return DeviceInput(DeviceId(name), name, FREEZING, level=draw.uniform(-20, -17))


def washer(name: str, draw: Random) -> DeviceInput:
    """A washer to be ready by tomorrow afternoon."""
    return _machine(name, draw, COTTON)


def dishwasher(name: str, draw: Random) -> DeviceInput:
    """A dishwasher to be ready by tomorrow."""
    return _machine(name, draw, ECO)


def dryer(name: str, draw: Random) -> DeviceInput:
    """A dryer to be ready by tomorrow."""
    return _machine(name, draw, DRYING)


def _machine(name: str, draw: Random, runs: Programme) -> DeviceInput:
    device_id = DeviceId(name)
    earliest = NOW + timedelta(minutes=15 * draw.randrange(12))
    ready_by = NOW + timedelta(hours=draw.randrange(14, 23))
    wish = CycleWish(device_id, runs.id, earliest, ready_by)
    return DeviceInput(device_id, name, ProfileFlexibility((runs,)), wishes=(wish,))


def car(name: str, draw: Random) -> DeviceInput:
    """A car that charges with 1.4 to 3.7 kW and leaves in the morning."""
    charging = StorageFlexibility(
        "Wh",
        level_min=0,
        level_max=50_000,
        level_target=50_000,
        level_per_wh=0.9,
        drift_per_h=0,
        max_power_w=3700,
        min_power_w=1400,
    )
    leaves = NOW + timedelta(hours=draw.uniform(13, 16))
    wish = LevelWish(DeviceId(name), draw.uniform(25_000, 35_000), leaves)
    return DeviceInput(
        DeviceId(name),
        name,
        charging,
        level=draw.uniform(10_000, 20_000),
        available=Interval(NOW, leaves),
        wishes=(wish,),
    )


def tank(name: str, draw: Random) -> DeviceInput:
    """A hot-water tank with a heating rod that cycles by itself."""
    heating = StorageFlexibility(
        "°C",
        level_min=45,
        level_max=65,
        level_target=50,
        level_per_wh=0.0055,
        drift_per_h=-draw.uniform(1.0, 2.0),
        max_power_w=2000,
        duty=True,
    )
    return DeviceInput(DeviceId(name), name, heating, level=draw.uniform(48, 60))


def battery(name: str, draw: Random) -> DeviceInput:
    """A home battery of 10 kWh that gives back four fifths of what it took."""
    storing = StorageFlexibility(
        "Wh",
        level_min=500,
        level_max=10_000,
        level_target=5000,
        level_per_wh=0.93,
        drift_per_h=0,
        max_power_w=4000,
        discharge=Discharge(4000, 1 / 0.93),
    )
    level = draw.uniform(2000, 8000)
    return DeviceInput(DeviceId(name), name, storing, level=level, may_discharge=True)


def heat_pump(name: str, draw: Random) -> DeviceInput:
    """A room with a heat pump that cannot run below a third of its power, nor start often."""
    heating = StorageFlexibility(
        "°C",
        level_min=19,
        level_max=23,
        level_target=20.5,
        level_per_wh=0.0015,
        drift_per_h=-draw.uniform(0.8, 1.4),
        max_power_w=2500,
        min_power_w=800,
        min_on=timedelta(minutes=30),
        min_off=timedelta(minutes=30),
    )
    return DeviceInput(DeviceId(name), name, heating, level=draw.uniform(20, 22))


def air(name: str, draw: Random) -> DeviceInput:
    """Air conditioning on a relay."""
    mean_w = draw.uniform(300, 700)
    return DeviceInput(DeviceId(name), name, DemandFlexibility(mean_w, 2 * mean_w))
