"""Adds to each explanation which rebate its device gives way to."""

from dataclasses import replace

from drrouter.domain.plan import Explanation, Reason
from drrouter.planner.catalogue import reason, say
from drrouter.planner.explain.scene import WORTH_SAYING, Scene


def with_rebates(scene: Scene, told: Explanation) -> Explanation:
    """The explanation, with a sentence more for each rebate that the device waits for."""
    said = tuple(_waits(scene, told))
    text = " ".join((told.text, *(say(scene.problem, sentence) for sentence in said)))
    return replace(told, text=text, reasons=told.reasons + said) if said else told


def _waits(scene: Scene, told: Explanation) -> list[Reason]:
    """It draws, yet nothing while the rebate counts, and the rebate earns something."""
    power_w, meter = scene.entry.power_w[told.device_id], scene.site.events
    waits = []
    for row, earned in zip(meter.rows, meter.earned(), strict=True):
        idle = not any(power_w[k] for k in row.hours)
        if (
            idle
            and any(watts > 0 for watts in power_w)
            and earned > WORTH_SAYING
            and row.meters(told.device_id)
        ):
            span, price = row.rebate.interval, row.rebate.price_per_kwh
            waits.append(reason("rebate.waits", since=span.start, until=span.end, price=price, earned=earned))
    return waits
