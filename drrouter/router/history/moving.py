"""Where the baseline has what a device uses now: the cycle when it was asked for, the car on arrival.

Interpretation: a cycle is asked for when a wish or a promised option is first seen, not before the earliest
start that was wished, and not before somebody pressed Remote Start. Begun by hand, it is as it was.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.history import MOST_BACK, BaselineMethod
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import SLOT
from drrouter.domain.wish import CycleWish
from drrouter.router.book import Book
from drrouter.router.kinds import Kind, kind_of
from drrouter.router.registry import Seat

_SPREAD = frozenset({Kind.COLD, Kind.WARM, Kind.LOAD, Kind.MODES})


@dataclass(slots=True)
class Moving:
    """What is remembered of one device.

    Attributes:
        asked_at: when the cycle that has not begun was asked for.
        armed_at: when somebody pressed Remote Start.
        shift_s: by how many seconds the running cycle is later than it would be.
        running: whether a cycle runs.
        arrived_at: when the car came.
        poured_wh: what it has taken since.
    """

    asked_at: datetime | None = None
    armed_at: datetime | None = None
    shift_s: float = 0.0
    running: bool = False
    arrived_at: datetime | None = None
    poured_wh: float = 0.0

    def look(self, seat: Seat, book: Book, now: datetime) -> None:
        """The device was read: see what is asked of it, and whether it runs or is plugged in."""
        kind = kind_of(seat.profile)
        if kind is Kind.MACHINE:
            self._machine(seat, book, now)
        elif kind is Kind.CAR:
            if not seat.state.plugged:
                self.arrived_at, self.poured_wh = None, 0.0
            elif self.arrived_at is None:
                self.arrived_at, self.poured_wh = now, 0.0

    def _machine(self, seat: Seat, book: Book, now: datetime) -> None:
        state, asked = seat.state, _asked_at(seat.profile.id, book, now)
        self.armed_at = (self.armed_at or now) if state.armed else None
        if state.running:
            if not self.running:
                began, since = state.running.started_at, self.asked_at
                self.shift_s = max((began - since).total_seconds(), 0.0) if since else 0.0
            self.running, self.asked_at = True, None
            return
        self.running, self.shift_s = False, 0.0
        if asked is None:
            self.asked_at = None
            return
        self.asked_at = max(self.asked_at or asked, _earliest(seat.profile.id, book) or asked)
        if self.armed_at:
            self.asked_at = max(self.asked_at, self.armed_at)

    def back(self, method: BaselineMethod, at: datetime, wh: float, most_w: float) -> timedelta:
        """How much earlier the baseline has this energy; count it in."""
        if method is BaselineMethod.AS_ASKED:
            return timedelta(seconds=self.shift_s)
        if method is not BaselineMethod.AT_ARRIVAL or self.arrived_at is None or most_w <= 0:
            return timedelta(0)
        then = self.arrived_at + timedelta(hours=self.poured_wh / most_w)
        self.poured_wh += wh
        return min(max(at - then, timedelta(0)), MOST_BACK * SLOT)

    def keep(self) -> dict[str, object]:
        """What a restart goes on from."""
        return {
            "asked_at": _text(self.asked_at),
            "shift_s": self.shift_s,
            "running": self.running,
            "arrived_at": _text(self.arrived_at),
            "poured_wh": round(self.poured_wh, 2),
        }

    @classmethod
    def of(cls, kept: object) -> "Moving":
        """Go on from what ``keep`` said; anything else is left out."""
        table = kept if isinstance(kept, dict) else {}
        return cls(
            asked_at=instant_of(table.get("asked_at")),
            shift_s=number_of(table.get("shift_s")) or 0.0,
            running=table.get("running") is True,
            arrived_at=instant_of(table.get("arrived_at")),
            poured_wh=number_of(table.get("poured_wh")) or 0.0,
        )


def method_of(seat: Seat, hands_off: bool) -> BaselineMethod:
    """What the device would have done without the router.

    Interpretation: batteries, inverters and what is only watched are as they were; what even a simple timer
    would have saved with them is not claimed.
    """
    if seat.watched or hands_off:
        return BaselineMethod.AS_IT_WAS
    kind = kind_of(seat.profile)
    if kind in _SPREAD:
        return BaselineMethod.SPREAD
    methods = {Kind.MACHINE: BaselineMethod.AS_ASKED, Kind.CAR: BaselineMethod.AT_ARRIVAL}
    return methods.get(kind, BaselineMethod.AS_IT_WAS)


def most_w_of(seat: Seat) -> float:
    """Full power of a store; 0 for anything else."""
    store = seat.profile.flexibility
    return store.max_power_w if isinstance(store, StorageFlexibility) else 0.0


def _asked_at(device_id: DeviceId, book: Book, now: datetime) -> datetime | None:
    """When what is asked of a machine was asked, as far as that is written down; now where it is not."""
    if (promised := book.commitments.get(device_id)) is not None:
        return min(promised.accepted_at, now)
    return now if isinstance(book.wishes.get(device_id), CycleWish) else None


def _earliest(device_id: DeviceId, book: Book) -> datetime | None:
    wish = book.wishes.get(device_id)
    return wish.earliest if isinstance(wish, CycleWish) else None


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def instant_of(kept: object) -> datetime | None:
    """A kept instant, None where it is none."""
    try:
        instant = datetime.fromisoformat(kept) if isinstance(kept, str) else None
    except ValueError:
        return None
    return instant if instant and instant.tzinfo else None


def number_of(kept: object) -> float | None:
    """A kept number that is not negative, None where it is none."""
    if isinstance(kept, bool) or not isinstance(kept, int | float):
        return None
    return float(kept) if 0 <= kept < 1e12 else None
