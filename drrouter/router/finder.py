"""Finds devices on the home network, claims those of the home file, and reads each of them for ever."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Reading
from drrouter.domain.said import said
from drrouter.errors import DeviceError
from drrouter.ports import Clock, Found, Integration
from drrouter.router.recognise import Recogniser, Sought
from drrouter.router.registry import Registry
from drrouter.supervise import Supervisor, TaskHealth, TaskState

log = logging.getLogger(__name__)

READ_AGAIN = timedelta(seconds=5)

_READER = "reader "


class Finder:
    """Looks around with every integration; run each as one supervised task."""

    def __init__(
        self,
        registry: Registry,
        sought: dict[DeviceId, Sought],
        clock: Clock,
        period: timedelta,
        gone_after: timedelta,
        readings: Callable[[DeviceId, Sequence[Reading]], None],
        gone: Callable[[DeviceId, str], None],
        stated: timedelta | None = None,
    ) -> None:
        """Search every ``period``; what is unseen for ``gone_after`` counts as gone.

        ``stated``: within which time the integration says that something silent is shown as gone;
        ``readings`` and ``gone`` are told what each device answers, or that it does not.
        """
        self._registry, self._clock, self._period, self._gone_after = registry, clock, period, gone_after
        self._stated = stated
        self._sought, self._recogniser = tuple(sought), Recogniser(sought)
        self._readings, self._gone = readings, gone
        self._readers: dict[DeviceId, Supervisor] = {}
        self._ambiguous: set[DeviceId] = set()

    async def run(self, integration: Integration) -> None:
        """Discover again and again, and keep one reader for each device of ours.

        A reader that fails is started again by itself; the others do not notice.
        """
        async with Supervisor(self._clock, self._reader_changed) as readers:
            while True:
                await self._look_around(integration, readers)
                await self._clock.sleep_until(self._clock.now() + self._period)

    async def _look_around(self, integration: Integration, readers: Supervisor) -> None:
        """One discovery; a failing one is said once and tried again at its time."""
        try:
            with self._clock.working():
                everything = await integration.discover()
        except DeviceError as error:
            if integration.domain not in self._registry.blind:
                log.warning("discovery by %s failed: %s", integration.domain, error.sentence)
            self._registry.blind[integration.domain] = error.sentence
            return
        self._registry.blind.pop(integration.domain, None)
        ours = self._recognised(everything)
        self._lose(
            self._registry.sightings.saw(
                integration.domain, everything, self._clock.now(), self._gone_after, self._stated
            )
        )
        for device_id, found in ours.items():
            await self._claim(device_id, found, integration, readers)

    def _lose(self, lost: Sequence[Found]) -> None:
        """A device of ours that is seen no more is gone, unless it still answers."""
        latest = self._clock.now() - self._gone_after
        for device_id in self._sought:
            seat = self._registry.seat(device_id)
            silent = seat.state.seen_at is None or seat.state.seen_at <= latest
            if silent and seat.found is not None and seat.found in lost:
                seconds = self._gone_after.total_seconds()
                self._gone(device_id, said("device.unseen", seconds=seconds))

    def _recognised(self, everything: Sequence[Found]) -> dict[DeviceId, Found]:
        """Our devices among what was found; where several fit, the one that it was, else the first."""
        ours: dict[DeviceId, Found] = {}
        for found in everything:
            owner = self._recogniser.owner(found)
            if owner is not None and owner in ours:
                self._say_twins(owner, ours[owner], found)
            if owner is not None and (owner not in ours or self._registry.seat(owner).found == found):
                ours[owner] = found
        return ours

    def _say_twins(self, owner: DeviceId, one: Found, other: Found) -> None:
        """Say once that the home file does not tell two things apart: the wrong one may be switched."""
        if owner not in self._ambiguous:
            self._ambiguous.add(owner)
            places = f"{one.address} and at {other.address}"
            log.warning("%s is recognised at %s; name its mac or id in its match", owner, places)

    async def _claim(
        self, device_id: DeviceId, found: Found, integration: Integration, readers: Supervisor
    ) -> None:
        """Bind the device to where it was found; one that moved gets a fresh handle."""
        seat, reader = self._registry.seat(device_id), self._reader(device_id)
        if reader and seat.found == found:
            return
        try:
            handle = integration.setup(device_id, found)
        except DeviceError as error:
            self._gone(device_id, error.sentence)
            return
        except ValueError as error:  # what was found has an address that is none
            self._gone(device_id, str(error))
            return
        if reader:
            await reader.stop(_READER + device_id)
        seat.found, seat.handle = found, handle
        self._readers[device_id] = readers
        readers.start(_READER + device_id, partial(self._read, device_id))

    def _reader(self, device_id: DeviceId) -> Supervisor | None:
        """Who keeps the device's reader running, if anybody does."""
        readers = self._readers.get(device_id)
        if readers is None or readers.health()[_READER + device_id].state is TaskState.STOPPED:
            return None
        return readers

    def _reader_changed(self, name: str, health: TaskHealth) -> None:
        """A device that is not read is as good as gone."""
        if health.state is TaskState.RESTARTING:
            self._gone(DeviceId(name.removeprefix(_READER)), f"reading it failed ({health.error})")

    async def _read(self, device_id: DeviceId) -> None:
        """Let every answer in; when it falls silent say so and try again."""
        handle = self._registry.seat(device_id).handle
        while handle is not None:
            try:
                async for readings in handle.readings():
                    self._readings(device_id, readings)
            except DeviceError as error:
                self._gone(device_id, error.sentence)
            await self._clock.sleep_until(self._clock.now() + READ_AGAIN)
