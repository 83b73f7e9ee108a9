"""The router's own account of its work: rungs, errors, minutes without live data, energy."""

import logging
from collections import Counter
from datetime import datetime
from typing import TypeVar

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import DataRung, Plan, SolveRung
from drrouter.router.viewed import LedgerView

Rung = TypeVar("Rung", SolveRung, DataRung)


class ErrorCount(logging.Handler):
    """Counts log records of level ERROR and above."""

    def __init__(self) -> None:
        """Begin at zero."""
        super().__init__(logging.ERROR)
        self.count = 0

    @classmethod
    def of(cls, name: str) -> "ErrorCount":
        """One that counts what this logger, and every one below it, records from now on."""
        count = cls()
        logging.getLogger(name).addHandler(count)
        return count

    def emit(self, record: logging.LogRecord) -> None:
        """Count one."""
        self.count += 1


class Account:
    """Adds up what is asked for at the end of a day."""

    def __init__(self, errors: ErrorCount, kept: object = None) -> None:
        """Go on from what ``keep`` said before a restart; anything else begins anew."""
        table = kept if isinstance(kept, dict) else {}
        self._solve: Counter[SolveRung] = _counts(SolveRung, table.get("solve_rungs"))
        self._data: Counter[DataRung] = _counts(DataRung, table.get("data_rungs"))
        self._errors, self._errors_before = errors, int(_number(table.get("errors_logged")))
        self._offline_minutes = _number(table.get("offline_minutes"))
        self._looked_at: datetime | None = None
        self._rung = DataRung.LIVE

    def planned(self, plan: Plan) -> None:
        """Count a plan by its rungs."""
        self._solve[plan.solve_rung] += 1
        self._data[plan.data_rung] += 1

    def passed(self, now: datetime, data_rung: DataRung) -> None:
        """Count the time since the last look by the rung that held then; look whenever it changes."""
        if self._looked_at is not None and self._rung is not DataRung.LIVE:
            self._offline_minutes += max((now - self._looked_at).total_seconds(), 0.0) / 60
        self._looked_at, self._rung = now, data_rung

    def keep(self) -> dict[str, object]:
        """The account as the store keeps it."""
        return {
            "solve_rungs": {rung.value: count for rung, count in self._solve.items()},
            "data_rungs": {rung.value: count for rung, count in self._data.items()},
            "errors_logged": self._errors_before + self._errors.count,
            "offline_minutes": self._offline_minutes,
        }

    def view(self, energy_wh: dict[DeviceId, float]) -> LedgerView:
        """The account as it stands."""
        return LedgerView(
            solve_rungs=dict(self._solve),
            data_rungs=dict(self._data),
            errors_logged=self._errors_before + self._errors.count,
            offline_minutes=round(self._offline_minutes, 2),
            energy_wh=energy_wh,
        )


def _counts(rungs: type[Rung], kept: object) -> "Counter[Rung]":
    """Counts by rung, leaving out what this version does not know."""
    table = kept if isinstance(kept, dict) else {}
    return Counter({rung: int(_number(table.get(rung.value))) for rung in rungs if rung.value in table})


def _number(value: object) -> float:
    """A kept number, zero where it is none."""
    return float(value) if isinstance(value, int | float) else 0.0
