"""Makes the reports that providers ask for with their events, and puts them into the outbox when due.

    every minute: sample what each device draws -> the newest report that is due and was not made -> outbox

While no event asks for anything, nothing is sampled but what baselines are made of, which are kept daily. A
report is made once: its id names event, version, descriptor and number, and the outbox takes no id twice,
over restarts too.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.measurement import Quality
from drrouter.domain.report import AGGREGATED, OPAQUE, ReportAsk, ReportBody, Reported, ReportIntervals, Value
from drrouter.domain.signal import MessageKind, OutboxItem
from drrouter.domain.wish import OverrideMode
from drrouter.ports import Clock, Collection, Enqueue, Put
from drrouter.router.baseline import KEY, Baselines
from drrouter.router.book import Book
from drrouter.router.outbox import LATE
from drrouter.router.recent import Recent
from drrouter.router.registry import Registry
from drrouter.router.report_times import Due, due_now
from drrouter.router.report_values import Sight, unit_of, value_of
from drrouter.router.samples import MINUTE, Samples
from drrouter.router.scribe import Scribe
from drrouter.router.steering import Steering

PART = timedelta(minutes=15)
"""Interpretation: the parts into which SUB_INTERVALS and OPEN_INTERVALS are cut."""

MOST_PARTS = 96


class Reporter:
    """One for all providers; run it as one supervised task."""

    def __init__(
        self,
        steering: Steering,
        registry: Registry,
        book: Book,
        scribe: Scribe,
        clock: Clock,
        committed: Callable[[ProviderId], None],
        baselines: Baselines,
    ) -> None:
        """``committed`` is told which provider's outbox has news."""
        self._baselines, self._kept_on = baselines, clock.now().date()
        self._steering, self._registry, self._book = steering, registry, book
        self._scribe, self._clock, self._committed = scribe, clock, committed
        self._samples, self._made = Samples(), dict[ProviderId, Recent[str]]()

    async def run(self) -> None:
        """Look at every full minute, for ever."""
        while True:
            now = self._clock.now()
            await self._clock.sleep_until(now.replace(second=0, microsecond=0) + MINUTE)
            self.step()

    def step(self) -> None:
        """Sample, and make what is due; nothing is made where nobody asks."""
        self._learn(self._clock.now())
        asking = [event for event in self._book.events.values() if event.asks]
        if not asking:
            return
        now = self._clock.now()
        for device_id in self._registry.seats:
            state = self._registry.state(device_id)
            if state.power_w is not None and self._registry.is_fresh(device_id, now):
                self._samples.add(device_id, now, state.power_w)
        for event in asking:
            for place, ask in enumerate(event.asks):
                if ask.payload_type != OPAQUE:
                    self._make(event, place, ask)

    def _learn(self, now: datetime) -> None:
        """Let the baselines see what no order holds; keep them once a day."""
        setpoints, meter = self._steering.setpoints, self._steering.meter
        held = {device_id for device_id, told in setpoints.items() if told.urgent}
        for device_id in self._registry.seats:
            state, is_held = (
                self._registry.state(device_id),
                held if device_id == meter else device_id in held,
            )
            if state.power_w is not None and not is_held and self._registry.is_fresh(device_id, now):
                self._baselines.saw(device_id, now - MINUTE, state.power_w)
        if now.date() != self._kept_on:
            self._kept_on = now.date()
            self._scribe.keep(Put(Collection.SETTINGS, KEY, self._baselines.keep(self._registry.seats)))

    def _make(self, event: Event, place: int, ask: ReportAsk) -> None:
        """Make the newest report that is due, unless it was made."""
        received_at = event.received_at or event.modified_at
        due = due_now(ask, event.grid, received_at, self._clock.now())
        if due is None:
            return
        item_id = f"{event.provider}/{event.id}/{event.version}/report {place}/{due.number}"
        made = self._made.setdefault(event.provider, Recent())
        if item_id in made:
            return
        made.add(item_id)
        item = OutboxItem(
            id=item_id,
            provider=event.provider,
            kind=MessageKind.REPORT,
            event_id=event.id,
            event_version=event.version,
            program_id=event.program_id,
            created_at=self._clock.now(),
            report=self._body(ask, due, event.provider),
        )
        self._scribe.keep(Enqueue(item), then=lambda: self._committed(event.provider))

    def _body(self, ask: ReportAsk, due: Due, asker: ProviderId) -> ReportBody:
        """The report itself."""
        sight = self._sight(asker)
        members = self._members(ask)
        groups = [(AGGREGATED, members)] if ask.aggregate else [(str(one), (one,)) for one in members]
        resources = tuple((name, _said(ask, some, due, sight)) for name, some in groups)
        late = self._clock.now() - due.at > LATE
        return ReportBody(ask.payload_type, ask.reading_type, unit_of(ask), resources, late)

    def _members(self, ask: ReportAsk) -> tuple[DeviceId, ...]:
        """The devices that a report is on: those named, else all, whose sum is what the site meter shows."""
        directory = self._steering.directory()
        named = [one for target in ask.targets for one in directory.get(target, ())]
        if named:
            return tuple(dict.fromkeys(named))
        meter = self._steering.meter
        return (meter,) if ask.aggregate and meter else tuple(sorted(self._registry.seats))

    def _sight(self, asker: ProviderId | None = None) -> Sight:
        """The home as it is now, for the eyes of one provider."""
        now = self._clock.now()
        kept_on = frozenset(
            device_id
            for device_id in self._registry.seats
            if (override := self._book.override_of(device_id, now)) and override.mode is OverrideMode.ON
        )
        steering = self._steering
        return Sight(
            now,
            self._registry,
            self._samples,
            steering.timeline,
            self._book.plan,
            steering.setpoints,
            kept_on,
            self._baselines,
            asker,
        )


def _said(ask: ReportAsk, members: Iterable[DeviceId], due: Due, sight: Sight) -> tuple[Reported, ...]:
    """What is said of one resource."""
    return tuple(
        Reported(slot_id, interval, _payloads(ask, tuple(members), interval, sight))
        for slot_id, interval in _slots(ask, due)
    )


def _slots(ask: ReportAsk, due: Due) -> list[tuple[int, Interval]]:
    """The event's intervals, or parts of them."""
    if ask.intervals is ReportIntervals.SAME:
        return list(due.slots)
    parts: list[Interval] = []
    for _, whole in due.slots:
        begin = whole.start
        while begin < whole.end and len(parts) < MOST_PARTS:
            parts.append(Interval(begin, min(begin + PART, whole.end)))
            begin += PART
    return list(enumerate(parts))


def _payloads(
    ask: ReportAsk, members: tuple[DeviceId, ...], interval: Interval, sight: Sight
) -> tuple[tuple[str, Value], ...]:
    """The value, and beside it how far it can be trusted; what is missing has no value.

    Interpretation: of words nothing can be summed, so an aggregate says that of its first member.
    """
    found = [value_of(ask, member, interval, sight) for member in members]
    known = [one for one in found if one[1] is not Quality.MISSING]
    if not known:
        return (("DATA_QUALITY", Quality.MISSING.value),)
    numbers = [value for value, _ in known if not isinstance(value, str)]
    total: Value = round(sum(numbers), 6) if numbers else known[0][0]
    whole = len(known) == len(found) and all(quality is Quality.OK for _, quality in known)
    quality = Quality.OK if whole else Quality.ESTIMATED
    return ((ask.payload_type, total), ("DATA_QUALITY", quality.value))
