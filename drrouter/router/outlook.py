"""The whole home by its meter: what it draws beside its devices now and later, and what its sun will give.

    base load = site meter - what our devices take + what our inverters and batteries give

Where there is no meter, or it has been silent too long, the home file's base load stands in.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from drrouter.domain.device import DeviceClass
from drrouter.domain.flexibility import EnvelopeFlexibility, Line
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.router.follow import Meter
from drrouter.router.forecast import (
    BaseLoad,
    Expectation,
    Means,
    Roof,
    expected_load,
    expected_sun,
    load_of,
    sun_of,
)
from drrouter.router.kinds import Kind, is_steered, kind_of
from drrouter.router.levers import is_near
from drrouter.router.registry import Registry, Seat

LATELY = timedelta(seconds=30)
"""The base load of now is the median over this time: a machine that starts shows at the meter before its plug
tells of it, and shall not stop another for that moment."""

METER_AGE = timedelta(minutes=5)
"""Interpretation: what flows changes all the time, so older readings of the meter say nothing of now."""

_BASE = "base"
_SUN = "sun"


class Outlook:
    """Learns from what the site meter and the inverters tell, and looks ahead."""

    def __init__(
        self,
        registry: Registry,
        stated: BaseLoad,
        meter: DeviceId | None = None,
        roof: Roof | None = None,
        kept: object = None,
    ) -> None:
        """Make it.

        Args:
            registry: every device, the meter too.
            stated: the home file's base load.
            meter: the device that measures the whole home.
            roof: the sun that no device of ours measures (none where its peak is 0), and the place of all.
            kept: what ``keep`` said before a restart.
        """
        self._registry, self._stated, self._meter, self._roof = registry, stated, meter, roof
        table: Mapping[object, object] = kept if isinstance(kept, dict) else {}
        self._means = {str(name): Means(one) for name, one in table.items()}
        self._usual = load_of(stated)
        self._suns: dict[DeviceId, Expectation] = {}
        self._lately: deque[tuple[datetime, float]] = deque(maxlen=1000)

    def saw(self, device_id: DeviceId, now: datetime) -> None:
        """A device was read: learn from the meter, and from what shines on a roof of ours."""
        seat = self._registry.seat(device_id)
        if device_id == self._meter:
            self._measured(now)
        elif _shines(seat) and seat.state.power_w is not None and not _is_limited(seat):
            self._mean(_SUN + device_id).add(now, max(-seat.state.power_w, 0.0))

    def _measured(self, now: datetime) -> None:
        """One more measurement of what is beside the devices."""
        if (base_w := self._beside(now)) is None:
            return
        self._lately.append((now, base_w))
        while now - self._lately[0][0] > LATELY:
            self._lately.popleft()
        self._mean(_BASE).add(now, max(base_w + self._unmeasured_sun(now), 0.0))

    def _beside(self, now: datetime) -> float | None:
        """What the meter shows less what the devices do; None where one of both is not known."""
        meter = self.meter(now)
        if meter is None:
            return None
        return meter.net_w - (self.devices_w(now) or 0.0)

    def devices_w(self, now: datetime) -> float | None:
        """What all devices beside the meter draw together now, in W; None while none tells it."""
        others = [name for name in self._registry.seats if name != self._meter]
        states = [self._registry.state(name) for name in others if self._registry.is_fresh(name, now)]
        known = [state.power_w for state in states if state.power_w is not None]
        return sum(known) if known else None

    def _mean(self, name: str) -> Means:
        return self._means.setdefault(name, Means())

    def _unmeasured_sun(self, now: datetime) -> float:
        """What a roof gives that only the home file tells of: then it is part of what the meter shows."""
        if self._roof is None or self._has_suns():
            return 0.0
        return expected_sun(self._roof, None, [Interval(now, now + LATELY)])[0]

    def _has_suns(self) -> bool:
        return any(_shines(seat) for seat in self._registry.seats.values())

    def is_meter(self, device_id: DeviceId) -> bool:
        """Whether this device measures the whole home."""
        return device_id == self._meter

    def meter(self, now: datetime) -> Meter | None:
        """What the home takes from the grid now; None without a meter that can be trusted."""
        if self._meter is None or not self._registry.is_fresh(self._meter, now):
            return None
        state = self._registry.state(self._meter)
        if state.power_w is None or state.seen_at is None or now - state.seen_at > METER_AGE:
            return None
        return Meter(state.power_w, state.seen_at)

    def base_w(self, now: datetime) -> float:
        """What the home draws beside its devices now, in W: measured, else as the home file has it."""
        if self.meter(now) is None or not self._lately:
            return self._stated.at(now)
        return median(watts for _, watts in self._lately)

    def line_base_w(self, now: datetime) -> dict[Line, float]:
        """What flows on each line beside the devices now, in W; empty where no line is measured."""
        if self.meter(now) is None or self._meter is None:
            return {}
        lines = dict(self._registry.state(self._meter).line_w)
        for name, seat in self._registry.seats.items():
            if name != self._meter and seat.state.power_w and self._registry.is_fresh(name, now):
                fed_by = seat.profile.lines or (seat.profile.line,)
                for line in lines.keys() & set(fed_by):
                    lines[line] -= seat.state.power_w * fed_by.count(line) / len(fed_by)
        return lines

    def line_shares(self, now: datetime) -> tuple[float, ...]:
        """How the base load spreads over L1, L2 and L3 now; empty where nobody knows."""
        lines = self.line_base_w(now)
        drawn = [max(lines.get(line, 0.0), 0.0) for line in Line]
        return tuple(watts / sum(drawn) for watts in drawn) if sum(drawn) > 0 else ()

    def load_w(self, slots: Sequence[Interval]) -> tuple[float, ...]:
        """What the home will draw beside its devices, in W."""
        history = self._means[_BASE].history() if self._meter and _BASE in self._means else None
        return expected_load(self._stated, history, slots, self._usual)

    def sun_w(self, device_id: DeviceId, slots: Sequence[Interval]) -> tuple[float, ...]:
        """What an inverter could give, in W and positive; empty for any other device."""
        seat = self._registry.seat(device_id)
        if not _shines(seat):
            return ()
        flexibility, place = seat.profile.flexibility, self._roof.place if self._roof else None
        peak_w = flexibility.rated_power_w if isinstance(flexibility, EnvelopeFlexibility) else self._peak_w()
        known = self._means.get(_SUN + device_id)
        seen = self._suns.setdefault(device_id, sun_of(place))
        return expected_sun(Roof(peak_w, place), known.history() if known else None, slots, seen)

    def _peak_w(self) -> float:
        """What a roof that only reports may give at its best."""
        return self._roof.peak_w if self._roof and self._roof.peak_w else float("inf")

    def free_sun_w(self, slots: Sequence[Interval]) -> tuple[float, ...]:
        """The sun that nobody can hold back, in W and positive; empty where there is none."""
        names = [
            name
            for name, seat in self._registry.seats.items()
            if _shines(seat) and (seat.watched or not is_steered(seat.profile, seat.state))
        ]
        rows = [self.sun_w(name, slots) for name in names]
        if not self._has_suns() and self._roof and self._roof.peak_w:
            rows.append(expected_sun(self._roof, None, slots))
        return tuple(map(sum, zip(*rows, strict=True)))

    def keep(self) -> dict[str, object]:
        """What a restart goes on from."""
        return {name: means.keep() for name, means in self._means.items()}


def _shines(seat: Seat) -> bool:
    """Whether the sun feeds it."""
    return kind_of(seat.profile) is Kind.SUN or seat.profile.device_class is DeviceClass.PV


def _is_limited(seat: Seat) -> bool:
    """Whether it gives less than it could, because it was told so: then it tells nothing of the sun."""
    state, inverter = seat.state, seat.profile.flexibility
    if state.setpoint_w is None or not isinstance(inverter, EnvelopeFlexibility):
        return False
    limited = state.setpoint_w > -inverter.rated_power_w and not is_near(
        state.setpoint_w, -inverter.rated_power_w
    )
    return limited and (state.power_w or 0.0) <= 0.95 * state.setpoint_w
