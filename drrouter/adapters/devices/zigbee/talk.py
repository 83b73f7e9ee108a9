"""A conversation with one device: reports are ordered once, then what comes in is kept until it is taken.

A value that the device does not report (because it refuses to) is asked for.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime

from zigpy.device import ZigbeeDevice as Node
from zigpy.zcl import AttributeReportedEvent, Cluster
from zigpy.zcl.foundation import Status
from zigpy.zcl.helpers import ReportingConfig

from drrouter.adapters.devices.zigbee.actors import Actor
from drrouter.adapters.devices.zigbee.asking import asked, read
from drrouter.adapters.devices.zigbee.senses import Gauge
from drrouter.adapters.devices.zigbee.settings import ZigbeeSettings
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceRefusedError
from drrouter.ports import Clock

Values = dict[Quantity, float]

_log = logging.getLogger(__name__)


class Talk:
    """What one device measures and says, from ``begin`` to ``end``.

    Attributes:
        node: the device.
        reports: whether the device reports all that it measures by itself.
    """

    def __init__(
        self, node: Node, gauges: tuple[Gauge, ...], actor: Actor | None, settings: ZigbeeSettings
    ) -> None:
        """Nothing is sent yet."""
        self.node, self.gauges, self.actor, self._settings = node, gauges, actor, settings
        self.reports = False
        self._news = asyncio.Event()
        self._values: Values = {}
        self._endings = ExitStack()

    async def begin(self) -> None:
        """Listen, and order reports.

        Raises:
            DeviceSilentError: it does not answer.
        """
        for gauge in self.gauges:
            self._endings.callback(
                gauge.cluster.on_event(AttributeReportedEvent.event_type, self._hearing(gauge))
            )
        if self.actor is not None:
            self._endings.callback(await self.actor.watch(self._keep))
        await self.order()

    async def order(self) -> None:
        """Order the reports, for the first time or again because they stay away.

        Raises:
            DeviceSilentError: it does not answer.
        """
        ordered = [await self._order(cluster) for cluster in self._clusters()]
        self.reports = bool(ordered) and all(ordered)

    def wake(self) -> None:
        """Something happened to the device that is no report."""
        self._news.set()

    def end(self) -> None:
        """Listen no more."""
        self._endings.close()

    async def ask(self) -> Values:
        """All that the device measures and says of its state, asked for now.

        Raises:
            DeviceSilentError, DeviceRefusedError: as asking does.
        """
        values: Values = {}
        for cluster in self._clusters():
            mine = [gauge for gauge in self.gauges if gauge.cluster is cluster]
            raw = await read(cluster, [gauge.sense.attribute for gauge in mine], self._settings.timeout_s)
            for gauge in mine:
                if gauge.sense.attribute in raw:
                    values[gauge.sense.quantity] = gauge.value(raw[gauge.sense.attribute])
        if self.actor is not None:
            values |= await self.actor.ask()
        self.take()
        return values

    def take(self) -> Values:
        """What came in since the last time."""
        values, self._values = self._values, {}
        self._news.clear()
        return values

    async def news_until(self, instant: datetime, clock: Clock) -> bool:
        """Wait until something comes in, or the instant; whether something came in."""
        news = asyncio.ensure_future(self._news.wait())
        bell = asyncio.ensure_future(clock.sleep_until(instant))
        try:
            await asyncio.wait({news, bell}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
            bell.cancel()
            await asyncio.gather(news, bell, return_exceptions=True)
        return self._news.is_set()

    def _clusters(self) -> list[Cluster]:
        """Each cluster that measures, once."""
        return list(dict.fromkeys(gauge.cluster for gauge in self.gauges))

    def _keep(self, values: Mapping[Quantity, float]) -> None:
        self._values |= values
        self._news.set()

    def _hearing(self, gauge: Gauge) -> Callable[[AttributeReportedEvent], None]:
        def hear(event: AttributeReportedEvent) -> None:
            if event.attribute_id == gauge.sense.attribute:
                self._keep({gauge.sense.quantity: gauge.value(event.value)})

        return hear

    async def _order(self, cluster: Cluster) -> bool:
        """Bind the cluster to us and order reports; False where the device will not."""
        timeout_s = self._settings.timeout_s
        wanted = {
            cluster.find_attribute(gauge.sense.attribute): ReportingConfig(
                min_interval=self._settings.report_least_s,
                max_interval=self._settings.report_most_s,
                reportable_change=gauge.steps,
            )
            for gauge in self.gauges
            if gauge.cluster is cluster
        }
        try:
            bound = await asked(cluster.bind(), timeout_s)  # type: ignore[no-untyped-call]  # the library's
            answers = await asked(cluster.configure_reporting_multiple(wanted), timeout_s)
        except DeviceRefusedError:
            return False
        done = bound[0] == Status.SUCCESS and all(status == Status.SUCCESS for status in answers.values())
        if not done:
            _log.info(
                "%s does not report cluster %#06x and is asked",
                cluster.endpoint.device.ieee,
                cluster.cluster_id,
            )
        return done
