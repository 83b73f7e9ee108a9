"""A day and a week that were measured, and advice out of four weeks, for the pictures of the screens."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from drrouter.domain.history import BaselineMethod
from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Reason
from drrouter.router.history.advice import AdviceView, Tip
from drrouter.router.history.figures import Figures
from drrouter.router.history.history_views import BarView, HistoryView, UsedView, UseView
from drrouter.router.history.spans import Span, days_of, span_of
from tests.adapters.api.memory_history import AMSTERDAM
from tests.builders import CAR, FREEZER, HOUR, HVAC, WASHER

_DAY_WH = {
    FREEZER: (150.0,) * 14,
    WASHER: (0.0,) * 9 + (820.0, 210.0) + (0.0,) * 3,
    CAR: (2300.0, 2300.0, 2300.0, 1150.0) + (0.0,) * 10,
    HVAC: (0.0,) * 10 + (600.0, 900.0, 1200.0, 600.0),
    None: (180.0, 170.0, 160.0, 160.0, 160.0, 190.0, 320.0, 410.0, 300.0, 260.0, 240.0, 310.0, 420.0, 140.0),
}
_WEEK_WH = {
    device_id: tuple(sum(row) * share for share in (1.0, 0.8, 1.2)) for device_id, row in _DAY_WH.items()
}
_NAMES = {FREEZER: "Freezer", WASHER: "Washer", CAR: "Car", HVAC: "Air conditioning", None: ""}
_METHODS = {
    FREEZER: BaselineMethod.SPREAD,
    WASHER: BaselineMethod.AS_ASKED,
    CAR: BaselineMethod.AT_ARRIVAL,
    HVAC: BaselineMethod.SPREAD,
    None: BaselineMethod.AS_IT_WAS,
}


class MeasuredHome:
    """What the router says of the past of its home."""

    async def history(self, span: Span, day: date | None = None) -> HistoryView:
        """By hours until the early afternoon, or by days until Wednesday."""
        days = days_of(span, day or date(2026, 6, 1))
        bounds = span_of(days, AMSTERDAM)
        rows, step = (_DAY_WH, HOUR) if span is Span.DAY else (_WEEK_WH, 24 * HOUR)
        starts = [bounds.start + number * step for number in range(len(rows[FREEZER]))]
        bars = [
            BarView(
                start,
                start + step,
                _figures([row[place] for row in rows.values()]),
                tuple(UseView(device_id, _figures([row[place]])) for device_id, row in rows.items()),
            )
            for place, start in enumerate(starts)
        ]
        return HistoryView(
            span=span,
            first=days.first,
            last=days.last,
            start=bounds.start,
            end=bounds.end,
            time_zone=AMSTERDAM.key,
            currency="EUR",
            metered=True,
            home=_figures([wh for row in rows.values() for wh in row]),
            devices=tuple(_used(device_id, row) for device_id, row in rows.items()),
            bars=tuple(bars),
        )

    async def advice(self) -> AdviceView:
        """Two tips, in the words of the router."""
        always = Tip(
            Reason("advice.always_on", {"watts": 210.0, "kwh": 151.2, "cost": 40.0, "saving": 10.0}),
            "210 W are drawn even in the quietest hour of the night, which is 151 kWh and 40.00 EUR a month; "
            "finding a quarter of it would save 10.00.",
            10.0,
        )
        by_hand = Tip(
            Reason(
                "advice.by_hand", {"label": "Washer", "runs": 9.0, "days": 28.0, "paid": 3.1, "saving": 1.4}
            ),
            "Washer ran 9 times in 28 days as it was started, for 3.10 EUR a month; the cheapest start "
            "within 12 hours would save 1.40: ask for a time by which it must be ready.",
            1.4,
            WASHER,
        )
        return AdviceView(28, "EUR", (always, by_hand))


def _used(device_id: DeviceId | None, row: Sequence[float]) -> UsedView:
    figures = _figures(row)
    if device_id is None:
        figures = replace(figures, saving=None, saved_co2_g=None)  # of what nobody steers nothing is claimed
    return UsedView(device_id, _NAMES[device_id], _METHODS[device_id], figures)


def _figures(energies_wh: Sequence[float]) -> Figures:
    taken_wh = sum(energies_wh)
    return Figures(taken_wh, 0.0, taken_wh * 0.21e-3, taken_wh * 0.31, taken_wh * 0.04e-3, 12.0, 0.0, 0.97)
