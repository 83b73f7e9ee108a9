"""SunSpec units that live: an inverter that obeys its limit, a battery with a level, a meter.

Source: SunSpec Alliance, model definitions 103, 120, 121, 123, 124, 203 and 802.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from drrouter.sim.wire.modbus.sunspec import FakeSunSpec, Identity, Model

TENTH, HUNDREDTH = -1, -2
PERCENT, REVERTS_AFTER, ENABLED = 5, 7, 9
"""Registers of model 123."""

REFERENCE, MODE, OUT, INTO, RATES_REVERT_AFTER = 2, 5, 12, 13, 15
"""Registers of model 124."""

Watts = Callable[[], float]


class FakeInverter(FakeSunSpec):
    """A solar inverter of three phases: models 103, 120, 121 and 123."""

    def __init__(
        self,
        number: int,
        available_w: Watts,
        *,
        now: Callable[[], datetime],
        rated_w: int = 5000,
        identity: Identity | None = None,
        base: int = 40000,
    ) -> None:
        """``available_w`` is what the sun offers now, in W."""
        self.available_w, self.rated_w = available_w, rated_w
        self.given_wh, self.power_w = 0.0, 0.0
        self._reverts_at: datetime | None = None
        models = [_inverter(), _nameplate(rated_w), _settings(rated_w), _controls()]
        super().__init__(number, models, now=now, identity=identity or Identity(), base=base)

    @property
    def limit_w(self) -> float:
        """What it may give now at most, in W."""
        controls = self.model(123)
        return self.rated_w * controls[PERCENT] / 10_000 if controls[ENABLED] else self.rated_w

    def live(self, seconds: float) -> None:
        """Give, count, and forget a limit whose time is over."""
        if self._reverts_at is not None and self.now() >= self._reverts_at:
            self.model(123)[ENABLED], self._reverts_at = 0, None
        self.given_wh += self.power_w * seconds / 3600
        self.power_w = max(0.0, min(self.available_w(), self.limit_w))
        measured = self.model(103)
        measured[14] = round(self.power_w)
        measured.set_long(24, round(self.given_wh))

    def written(self, model: int, offset: int) -> None:
        """Start the time of a limit anew."""
        if model == 123 and offset in (PERCENT, REVERTS_AFTER, ENABLED):
            lasts_s = self.model(123)[REVERTS_AFTER]
            self._reverts_at = self.now() + timedelta(seconds=lasts_s) if lasts_s else None


class FakeBattery(FakeSunSpec):
    """A battery behind an inverter of its own: models 103, 124 and 802."""

    def __init__(
        self,
        number: int,
        *,
        now: Callable[[], datetime],
        own_w: Watts = lambda: 0.0,
        max_w: int = 3000,
        capacity_wh: float = 10_000.0,
        level_percent: float = 50.0,
        identity: Identity | None = None,
        base: int = 40000,
    ) -> None:
        """``own_w`` is what it does while it steers itself: charging is positive, in W."""
        self.own_w, self.max_w, self.capacity_wh = own_w, max_w, capacity_wh
        self.level_wh, self.power_w = capacity_wh * level_percent / 100, 0.0
        self._reverts_at: datetime | None = None
        identity = identity or Identity(model="Barrel 10", serial="AB10-0007")
        models = [_inverter(), _storage(max_w), _battery()]
        super().__init__(number, models, now=now, identity=identity, base=base)

    def live(self, seconds: float) -> None:
        """Charge or give, within its size, and forget rates whose time is over."""
        if self._reverts_at is not None and self.now() >= self._reverts_at:
            self.model(124)[MODE], self._reverts_at = 0, None
        self.level_wh = max(0.0, min(self.level_wh + self.power_w * seconds / 3600, self.capacity_wh))
        self.power_w = self._wished_w()
        if (self.power_w > 0 and self.level_wh >= self.capacity_wh) or (
            self.power_w < 0 and self.level_wh <= 0
        ):
            self.power_w = 0.0
        self.model(103)[14] = round(-self.power_w)
        percent = 100 * self.level_wh / self.capacity_wh
        self.model(124)[8] = round(percent * 100)
        self.model(802)[11] = round(percent * 10)

    def _wished_w(self) -> float:
        """What it would do: its own choice, between what it was told at most and at least."""
        storage = self.model(124)
        most_w = self.max_w * storage[INTO] / 10_000 if storage[MODE] & 1 else self.max_w
        least_w = -self.max_w * storage[OUT] / 10_000 if storage[MODE] & 2 else -self.max_w
        return max(least_w, min(self.own_w(), most_w))

    def written(self, model: int, offset: int) -> None:
        """Start the time of the rates anew."""
        if model == 124 and offset in (MODE, OUT, INTO, RATES_REVERT_AFTER):
            lasts_s = self.model(124)[RATES_REVERT_AFTER]
            self._reverts_at = self.now() + timedelta(seconds=lasts_s) if lasts_s else None


class FakeMeter(FakeSunSpec):
    """A meter of three phases at the home's connection: model 203."""

    def __init__(
        self,
        number: int,
        lines_w: Callable[[], tuple[float, float, float]],
        *,
        now: Callable[[], datetime],
        identity: Identity | None = None,
    ) -> None:
        """``lines_w`` is what each line draws now, in W; negative gives."""
        self.lines_w, self._drawn_w = lines_w, 0.0
        self.taken_wh, self.given_wh = 0.0, 0.0
        model = Model(203, 105)
        model[15] = model[22] = TENTH
        model[8] = 2301
        identity = identity or Identity(model="Counter 3", serial="AC3-0099")
        super().__init__(number, [model], now=now, identity=identity)

    def live(self, seconds: float) -> None:
        """Count."""
        energy_wh = self._drawn_w * seconds / 3600
        self.taken_wh += max(energy_wh, 0.0)
        self.given_wh += max(-energy_wh, 0.0)
        lines_w = self.lines_w()
        self._drawn_w = sum(lines_w)
        model = self.model(203)
        for offset, watts in zip((18, 19, 20, 21), (self._drawn_w, *lines_w), strict=True):
            model[offset] = round(10 * watts)
        model.set_long(38, round(self.given_wh))
        model.set_long(46, round(self.taken_wh))


def _inverter() -> Model:
    model = Model(103, 50)
    model[13] = TENTH
    model[10] = model[11] = model[12] = 2305
    return model


def _nameplate(rated_w: int) -> Model:
    model = Model(120, 26)
    model[2], model[3], model[4] = 4, rated_w // 10, 1
    return model


def _settings(max_w: int) -> Model:
    model = Model(121, 30)
    model[2] = max_w
    return model


def _controls() -> Model:
    model = Model(123, 24)
    model[4], model[PERCENT], model[23] = 1, 10_000, HUNDREDTH
    return model


def _storage(max_w: int) -> Model:
    model = Model(124, 24)
    model[REFERENCE], model[OUT], model[INTO] = max_w, 10_000, 10_000
    model[17], model[22], model[25] = 1, HUNDREDTH, HUNDREDTH
    return model


def _battery() -> Model:
    model = Model(802, 62)
    model[56] = TENTH
    return model
