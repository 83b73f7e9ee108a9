"""Answers what an appliance asks in its Power Profile cluster (0x001A); what is possible, the router says.

    appliance                               router
    EnergyPhasesScheduleRequest        -->  "which options are available now?" (TR 102 935, 5.3.1)
              <--  EnergyPhasesScheduleResponse: how long each phase waits after the one before
    GetPowerProfilePrice(Extended)     -->  what would it cost?
              <--  GetPowerProfilePrice(Extended)Response
    GetOverallSchedulePrice            -->  what does all that was scheduled cost?

Where the router has no answer the appliance is told that nothing was found, and goes on by itself.
Source: ZCL 8, 3.17.
"""

import logging
import math
from datetime import datetime
from typing import Any

from zigpy.zcl.clusters.general import ScheduleRecord
from zigpy.zcl.foundation import GeneralCommand, Status

from drrouter.adapters.devices.zigbee.asking import asked
from drrouter.adapters.devices.zigbee.clusters.power_profile import (
    EXTENDED_PRICE_RESPONSE,
    GET_EXTENDED_PRICE,
    GET_OVERALL_PRICE,
    GET_SCHEDULE,
    OVERALL_PRICE_RESPONSE,
    PRICE_RESPONSE,
    SCHEDULE_RESPONSE,
    OurPowerProfile,
)
from drrouter.adapters.devices.zigbee.money import priced
from drrouter.adapters.devices.zigbee.programmes import programme
from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceError
from drrouter.objectmodel.foreign.zigbee import PowerProfile
from drrouter.ports import Clock, Quote, Quoting

LONGEST_WAIT_MIN = 0xFFFE

_log = logging.getLogger(__name__)


class Answers:
    """Speaks for the router with one appliance."""

    def __init__(
        self, device_id: DeviceId, cluster: OurPowerProfile, quoting: Quoting, clock: Clock, timeout_s: float
    ) -> None:
        """Begin to answer; nothing was scheduled yet."""
        self._id, self._cluster, self._quoting = device_id, cluster, quoting
        self._clock, self._timeout_s = clock, timeout_s
        self._scheduled: dict[int, Quote] = {}
        cluster.answer = self.answer

    def end(self) -> None:
        """Answer no more."""
        self._cluster.answer = None

    async def answer(self, number: int, content: Any, sequence: int) -> None:
        """Answer one question; a device that asks and then does not listen costs nothing."""
        try:
            with self._clock.working():
                if not await self._answered(number, content, sequence):
                    await self._not_found(number, sequence)
        except DeviceError as error:
            _log.info("%s (Zigbee) asked and could not be answered: %s", self._id, error.sentence)

    async def _answered(self, number: int, content: Any, sequence: int) -> bool:
        """Whether there was an answer."""
        if number == GET_OVERALL_PRICE:
            return await self._tell_overall_price(sequence)
        profile_number = int(content.power_profile_id)
        profile, wanted = await programme(self._cluster, profile_number, self._timeout_s)
        quote = await self._quoting(self._id, wanted, number == GET_SCHEDULE, None)
        if quote is None:
            return False
        if number == GET_SCHEDULE:
            self._scheduled[profile_number] = quote
            await self._tell_schedule(profile, quote, sequence)
        else:
            response = EXTENDED_PRICE_RESPONSE if number == GET_EXTENDED_PRICE else PRICE_RESPONSE
            await self._say(response, sequence, profile_number, *priced(quote.cost, quote.currency))
        return True

    async def _tell_schedule(self, profile: PowerProfile, quote: Quote, sequence: int) -> None:
        """Each phase by its wait: the first until the start, every other not at all."""
        first = _minutes_until(quote.start, self._clock.now())
        waits = [first, *[0] * (len(profile.phases) - 1)]
        records = [
            ScheduleRecord(phase_id=phase.energy_phase_id, scheduled_time=wait)
            for phase, wait in zip(profile.phases, waits, strict=True)
        ]
        await self._say(SCHEDULE_RESPONSE, sequence, profile.power_profile_id, records)

    async def _tell_overall_price(self, sequence: int) -> bool:
        """The sum of what was scheduled; of one currency, because a home has one."""
        quotes = list(self._scheduled.values())
        if not quotes:
            return False
        cost = math.fsum(quote.cost for quote in quotes)
        await self._say(OVERALL_PRICE_RESPONSE, sequence, *priced(cost, quotes[-1].currency))
        return True

    async def _say(self, number: int, sequence: int, *arguments: Any) -> None:
        await asked(
            self._cluster.command(
                number, *arguments, tsn=sequence, expect_reply=False, disable_default_response=True
            ),
            self._timeout_s,
        )

    async def _not_found(self, number: int, sequence: int) -> None:
        await asked(
            self._cluster.general_command(
                GeneralCommand.Default_Response, number, Status.NOT_FOUND, tsn=sequence
            ),
            self._timeout_s,
        )


def _minutes_until(start: datetime, now: datetime) -> int:
    """Up to the next whole minute, so that nothing begins before its time."""
    return max(0, min(math.ceil((start - now).total_seconds() / 60), LONGEST_WAIT_MIN))
