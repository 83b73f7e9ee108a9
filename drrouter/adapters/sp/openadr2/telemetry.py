"""Tells a provider what the home draws, as often as it asks (EiReport, TELEMETRY_USAGE).

    register()   offers one report, ``site``: the power that the home takes from the grid, in W
    the provider asks: a sample every granularity, a report every report-back duration
    step()       takes the samples that are due; sends the reports that are due and have samples

Samples that cannot be delivered wait, the oldest go first once there are too many. A report without a sample
is never sent: there is nothing to say, and openleadr's VTN answers one with 500.
"""

import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from drrouter.adapters.openadr3.times import parse_instant, parse_span
from drrouter.adapters.sp.openadr2.codec import Message, Node, own_text, text_of
from drrouter.adapters.sp.openadr2.session import REPORTS, Session, new_id
from drrouter.errors import ProviderError, ProviderUnreachableError
from drrouter.ports import Clock, Usage

log = logging.getLogger(__name__)

SPECIFIER, R_ID = "drrouter_usage", "site"
SHORTEST, LONGEST = timedelta(seconds=10), timedelta(hours=1)
"""The sampling that is offered."""
STALE = timedelta(minutes=5)
"""An older reading is no sample (R3: energy readings are at most 5 minutes old)."""
MOST_SAMPLES, MOST_REQUESTS = 5_000, 20

AGAIN = timedelta(minutes=1)
"""After which a report that was not delivered is sent again."""

_INVALID_ID = "452"
_POWER = {
    "name": "powerReal",
    "description": "RealPower",
    "unit": "W",
    "scale": "none",
    "power_attributes": {"hertz": 50, "voltage": 230, "ac": True},
}


@dataclass(slots=True)
class _Asked:
    """One report that the provider asked for.

    Attributes:
        every: between two samples.
        back: between two reports; None for one report only.
        until: when it ends; None: when it is cancelled.
    """

    id: str
    every: timedelta
    back: timedelta | None
    sample_at: datetime
    report_at: datetime
    until: datetime | None = None
    samples: deque[tuple[datetime, float]] = field(default_factory=lambda: deque(maxlen=MOST_SAMPLES))


class Telemetry:
    """The reports to one provider."""

    def __init__(self, session: Session, clock: Clock) -> None:
        """Report nothing, for want of readings."""
        self._session, self._clock = session, clock
        self._usage: Usage | None = None
        self._asked: dict[str, _Asked] = {}

    def report_from(self, usage: Usage) -> None:
        """Where the readings come from."""
        self._usage = usage

    def due_at(self, is_up: bool) -> datetime | None:
        """When ``step`` should be called next; None: when something was asked."""
        times = [one.sample_at for one in self._asked.values()]
        times += [one.report_at for one in self._asked.values()] if is_up else []
        return min(times, default=None)

    async def register(self, ven_id: str) -> None:
        """Offer the report, and take in what the provider asks for at once.

        Raises:
            ProviderError: it does not answer.
        """
        if self._usage is None:
            return
        report = {
            "report_name": "TELEMETRY_USAGE",
            "report_specifier_id": SPECIFIER,
            "report_request_id": "0",
            "duration": LONGEST,
            "created_date_time": self._clock.now(),
            "report_descriptions": [
                {
                    "r_id": R_ID,
                    "reading_type": "Direct Read",
                    "report_type": "usage",
                    "report_data_source": {"resource_id": R_ID},
                    "measurement": dict(_POWER),
                    "sampling_rate": {"min_period": SHORTEST, "max_period": LONGEST, "on_change": False},
                }
            ],
        }
        answer = await self._session.ask(REPORTS, "oadrRegisterReport", ven_id=ven_id, reports=[report])
        waiting = [sample for one in self._asked.values() for sample in one.samples]
        self._asked.clear()
        if answer.is_ok:
            await self.ask(answer, ven_id)
            for asked in list(self._asked.values())[:1]:
                asked.samples.extend(sorted(waiting))
        else:
            log.warning("the provider refuses the report that is offered (%s)", answer.code)

    async def ask(self, message: Message, ven_id: str) -> None:
        """Take in what a message asks for (oadrRegisteredReport, oadrCreateReport), and say so."""
        requests = _all(message, "oadrReportRequest")
        if not requests:
            return
        now, known = self._clock.now(), True
        for node in requests[:MOST_REQUESTS]:
            asked = _asked(node, now)
            known = known and asked is not None
            if asked and (asked.id in self._asked or len(self._asked) < MOST_REQUESTS):
                self._asked[asked.id] = asked
        code, words = ("200", "OK") if known else (_INVALID_ID, "no such report")
        await self._pending("oadrCreatedReport", message, ven_id, code, words)

    async def cancel(self, message: Message, ven_id: str) -> None:
        """Send no more of what a message cancels (oadrCancelReport)."""
        for node in _all(message, "reportRequestID"):
            self._asked.pop(own_text(node), None)
        await self._pending("oadrCanceledReport", message, ven_id, "200", "OK")

    async def step(self, ven_id: str, is_up: bool) -> None:
        """Take the samples that are due, and send the reports that are due where the link is up."""
        now = self._clock.now()
        for asked in list(self._asked.values()):
            if asked.sample_at <= now:
                asked.samples.extend(self._sample(now))
                asked.sample_at = _following(asked.sample_at, asked.every, now)
        for asked in [one for one in self._asked.values() if is_up and one.report_at <= now]:
            try:
                if asked.samples:
                    await self._send(asked, ven_id)
            except ProviderError as error:
                log.warning("a report waits: %s", error)
                asked.report_at = now + AGAIN
            else:
                self._schedule(asked, now)

    def _schedule(self, asked: _Asked, now: datetime) -> None:
        """When the next report is due; a report that was asked for once, and had samples, is done."""
        if asked.id not in self._asked:
            return
        if asked.back is None:
            if asked.samples:
                del self._asked[asked.id]
            else:
                asked.report_at = asked.sample_at
        elif asked.until and asked.until <= now:
            del self._asked[asked.id]
        else:
            asked.samples.clear()
            asked.report_at = _following(asked.report_at, asked.back, now)

    def _sample(self, now: datetime) -> Iterator[tuple[datetime, float]]:
        """The power now; nothing where the reading is missing or old."""
        reading = self._usage() if self._usage else None
        if reading is not None and now - reading.at <= STALE:
            yield now, reading.value

    async def _send(self, asked: _Asked, ven_id: str) -> None:
        samples = list(asked.samples)
        report: dict[str, Any] = {
            "report_id": new_id(),
            "report_request_id": asked.id,
            "report_specifier_id": SPECIFIER,
            "report_name": "TELEMETRY_USAGE",
            "created_date_time": self._clock.now(),
            "dtstart": samples[0][0],
            "intervals": [
                {"dtstart": at, "duration": asked.every, "report_payload": {"r_id": R_ID, "value": value}}
                for at, value in samples
            ],
        }
        answer = await self._session.ask(REPORTS, "oadrUpdateReport", ven_id=ven_id, reports=[report])
        if not answer.is_ok:
            raise ProviderUnreachableError(f"The provider does not take a report ({answer.code}).")
        for cancelled in _all(answer, "oadrCancelReport"):
            self._asked.pop(text_of(cancelled, "reportRequestID"), None)

    async def _pending(self, kind: str, message: Message, ven_id: str, code: str, words: str) -> None:
        """Say which reports there are now, in answer to a message."""
        await self._session.ask(
            REPORTS,
            kind,
            ven_id=ven_id,
            response={
                "response_code": code,
                "response_description": words,
                "request_id": message.text("requestID"),
            },
            pending_reports=[{"report_request_id": name} for name in self._asked],
        )


def _asked(node: Node, now: datetime) -> _Asked | None:
    """What one request asks for; None where it is not what was offered."""
    granularity = parse_span(text_of(node.find(".//{*}granularity"), "duration"))
    back = parse_span(text_of(node.find(".//{*}reportBackDuration"), "duration"))
    if text_of(node, "reportSpecifierID") != SPECIFIER or R_ID not in _r_ids(node):
        return None
    period = node.find(".//{*}reportInterval")
    begin = max(now, parse_instant(text_of(period, "date-time")) or now)
    length = period.find(".//{*}duration") if period is not None else None
    span = parse_span(text_of(length, "duration"))
    every = min(max(granularity.exact if granularity else LONGEST, SHORTEST), LONGEST)
    if not back or not granularity:
        return _Asked(text_of(node, "reportRequestID"), every, None, begin, begin)
    every_report = max(back.exact, every)
    until = span.after(begin) if span else None
    return _Asked(text_of(node, "reportRequestID"), every, every_report, begin, begin + every_report, until)


def _r_ids(node: Node) -> list[str]:
    return [own_text(one) for one in node.iterfind(".//{*}rID")]


def _all(message: Message, name: str) -> list[Node]:
    """Every element of that name in a message."""
    return list(message.body.iterfind(f".//{{*}}{name}")) if message.body is not None else []


def _following(instant: datetime, step: timedelta, now: datetime) -> datetime:
    """The next time of a rhythm; what was missed is not made up for."""
    return instant + step * (max(0, (now - instant) // step) + 1)
