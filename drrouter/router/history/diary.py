"""Writes down what the home uses as it is read: by quarters of an hour, for each device and the meter.

    counter      |--- +120 Wh ---|            what a device counted between two readings, where it counts
    power        |~~~ 480 W ~~~~~|            else what it drew at the first of them, while none is missing

Interpretation: counters tell what flowed over gaps of an hour at most, spread evenly; powers over gaps of
five minutes, as ``router.counted``. A counter that runs backwards began anew, and power stands in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.device import DeviceState
from drrouter.domain.history import MOST_BACK, DayRecord
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import SLOT, Interval, slots
from drrouter.domain.timeline import Timeline
from drrouter.ports import Change, Collection, Put, Store
from drrouter.router.book import Book
from drrouter.router.counted import LONGEST_GAP
from drrouter.router.history.moving import Moving, instant_of, method_of, most_w_of, number_of
from drrouter.router.history.pages import Page, Series, key_of, place_of, quarters_between
from drrouter.router.registry import Registry, Seat

KEY = "history"
"""Of the settings, under which ``keep`` puts what is no page."""

COUNTER_GAP = timedelta(hours=1)

MOST_W = 100_000.0
"""Interpretation: no device of a home takes more; a counter that says so has jumped."""

PAGES = 5
"""Days of UTC that are kept in memory: what a local day and two days before it can touch."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """One reading of a device."""

    at: datetime
    power_w: float | None
    energy_wh: float | None
    exported_wh: float | None

    @classmethod
    def of(cls, state: DeviceState) -> "_Sample | None":
        if state.seen_at is None:
            return None
        return cls(state.seen_at, state.power_w, state.energy_wh, state.exported_wh)


class Diary:
    """The home's pages; goes on after a restart from what was kept."""

    def __init__(
        self,
        registry: Registry,
        book: Book,
        kept: object = None,
        pages: Mapping[str, DayRecord] | None = None,
    ) -> None:
        """Begin with what was kept; ``pages`` are the records of the last days."""
        self._registry, self._book = registry, book
        self.pages = {key: Page.of(record) for key, record in (pages or {}).items()}
        self._touched: set[str] = set()
        table = kept if isinstance(kept, dict) else {}
        self._moving = {str(key): Moving.of(one) for key, one in _table(table.get("moving")).items()}
        samples = {str(key): _sample(one) for key, one in _table(table.get("counters")).items()}
        self._last = {key: one for key, one in samples.items() if one}

    @classmethod
    async def open(cls, registry: Registry, book: Book, store: Store, now: datetime) -> "Diary":
        """Read the last days back.

        Raises:
            StoreError: the store cannot be read.
        """
        first, last = now.date() - timedelta(days=PAGES - 1), now.date() + timedelta(days=1)
        pages = await store.load(Collection.HISTORY, key_of(first), key_of(last))
        return cls(registry, book, (await store.load(Collection.SETTINGS)).get(KEY), pages)

    def read(self, device_id: DeviceId, timeline: Timeline) -> None:
        """A device was read: write down what flowed since it was read before."""
        seat = self._registry.seat(device_id)
        sample, last = _Sample.of(seat.state), self._last.get(device_id)
        if sample is None or (last and sample.at <= last.at):
            return
        self._last[device_id] = sample
        moving = self._moving.setdefault(device_id, Moving())
        if last and (flow := _flow(last, sample)) is not None:
            self._write(seat, moving, Interval(last.at, sample.at), flow, timeline)
        moving.look(seat, self._book, sample.at)

    def _write(
        self, seat: Seat, moving: Moving, span: Interval, flow: tuple[float, float], timeline: Timeline
    ) -> None:
        """Share what flowed over the quarters; what held at the reading before holds for all of it."""
        method = method_of(seat, self._book.hands_off is not None)
        for part in slots(span.start, span.end):
            share = part.duration / span.duration
            page, at = self._page(part.start, timeline)
            series = page.series.setdefault(seat.profile.id, Series())
            series.baseline = method
            taken = flow[0] * share
            series.taken_wh[at] += taken
            series.given_wh[at] += flow[1] * share
            series.measured_s[at] += part.duration.total_seconds()
            back = moving.back(method, part.start, taken, most_w_of(seat))
            quarters = min(quarters_between(part.start, part.start - back), MOST_BACK)
            if quarters and taken:
                series.moved[at, quarters] = series.moved.get((at, quarters), 0.0) + taken

    def _page(self, instant: datetime, timeline: Timeline) -> tuple[Page, int]:
        """The page of an instant, with the prices of its quarter, and the quarter's place on it."""
        key, at = place_of(instant)
        page = self.pages.get(key)
        if page is None:
            page = self.pages[key] = Page(timeline.currency)
            for old in sorted(self.pages)[:-PAGES]:
                if old not in self._touched:
                    del self.pages[old]
        self._touched.add(key)
        middle = instant.replace(minute=at % 4 * 15, second=0, microsecond=0) + SLOT / 2
        for row, rates in (
            (page.import_price, timeline.import_price),
            (page.export_price, timeline.export_price),
            (page.co2_g_per_kwh, timeline.co2_g_per_kwh),
        ):
            if row[at] is None:
                row[at] = rates.at(middle)
        return page, at

    def keep(self) -> tuple[Change, ...]:
        """What is new since the last time, and what a restart goes on from."""
        touched = sorted(self._touched & self.pages.keys())
        self._touched.clear()
        pages = [Put(Collection.HISTORY, key, self.pages[key].record()) for key in touched]
        state = {
            "moving": {key: one.keep() for key, one in self._moving.items()},
            "counters": {key: _kept(one) for key, one in self._last.items()},
        }
        return (*pages, Put(Collection.SETTINGS, KEY, state))

    def records(self) -> dict[str, DayRecord]:
        """The days in memory, as they stand."""
        return {key: page.record() for key, page in self.pages.items()}


def _flow(last: _Sample, new: _Sample) -> tuple[float, float] | None:
    """What was taken and given between two readings, in Wh; None where nobody knows."""
    gap = new.at - last.at
    held_w = last.power_w if gap <= LONGEST_GAP else None
    taken = _counted(last.energy_wh, new.energy_wh, gap)
    given = _counted(last.exported_wh, new.exported_wh, gap)
    hours = gap / timedelta(hours=1)
    if taken is None and held_w is not None:
        taken = max(held_w, 0.0) * hours
    if given is None:
        given = max(-held_w, 0.0) * hours if held_w is not None else 0.0
    return None if taken is None else (taken, given)


def _counted(before: float | None, after: float | None, gap: timedelta) -> float | None:
    """What a counter has gone forward; None where it tells nothing."""
    if before is None or after is None or gap > COUNTER_GAP:
        return None
    wh = after - before
    return wh if 0 <= wh <= MOST_W * max(gap / timedelta(hours=1), 1 / 60) else None


def _kept(sample: _Sample) -> dict[str, object]:
    """A reading's counters as the store keeps them; its power says nothing after a restart."""
    return {"at": sample.at.isoformat(), "energy_wh": sample.energy_wh, "exported_wh": sample.exported_wh}


def _sample(kept: object) -> _Sample | None:
    """A kept reading, None where it is none."""
    table = _table(kept)
    at = instant_of(table.get("at"))
    if at is None:
        return None
    return _Sample(at, None, number_of(table.get("energy_wh")), number_of(table.get("exported_wh")))


def _table(kept: object) -> Mapping[object, object]:
    return kept if isinstance(kept, dict) else {}
