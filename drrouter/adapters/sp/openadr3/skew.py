"""How far the provider's clock and ours lie apart, by the Date of its answers, and what follows from that.

    up to 5 s     nothing: Date tells whole seconds, and answers take their time
    above         a warning, once, and a word when it is over
    above 30 s    where nobody keeps our clock right, the provider's counts: its events are moved to our clock

Interpretation: of the last answers the median counts, so that one slow answer moves nothing; an offset that
is acted on stays until the clocks have drifted ten seconds from it, lest events change with each poll.
"""

import logging
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median

from drrouter.domain.ids import ProviderId

log = logging.getLogger(__name__)

WORTH_A_WORD = timedelta(seconds=5)
WORTH_ACTING = timedelta(seconds=30)
DRIFT = timedelta(seconds=10)
LAST = 5
NONE = timedelta(0)


class Skew:
    """The clocks of one provider and of this machine."""

    def __init__(self, provider: ProviderId, is_synchronised: Callable[[], bool]) -> None:
        """``is_synchronised`` tells whether somebody keeps our clock right."""
        self._provider, self._is_synchronised = provider, is_synchronised
        self._offsets: deque[float] = deque(maxlen=LAST)
        self._warned = False
        self.acted_on = NONE

    def saw(self, date: str, now: datetime) -> None:
        """Take in the Date of an answer that came now; what is no date tells nothing."""
        try:
            told = parsedate_to_datetime(date)
        except ValueError:
            return
        told = told.replace(tzinfo=UTC) if told.tzinfo is None else told
        self._offsets.append((told - now).total_seconds())
        self._judge()

    @property
    def offset(self) -> timedelta:
        """By how much the provider's clock is ahead of ours."""
        return timedelta(seconds=round(median(self._offsets))) if self._offsets else NONE

    def _judge(self) -> None:
        """Warn, act, or forget."""
        offset = self.offset
        if (abs(offset) > WORTH_A_WORD) is not self._warned:
            self._warned = not self._warned
            log.log(logging.WARNING if self._warned else logging.INFO, "%s", self._sentence(offset))
        counts = abs(offset) > WORTH_ACTING and not self._is_synchronised()
        wanted = offset if counts else NONE
        if abs(wanted - self.acted_on) >= DRIFT:
            self.acted_on = wanted
            log.warning("events of %s are moved by %d s", self._provider, -wanted.total_seconds())

    def _sentence(self, offset: timedelta) -> str:
        seconds = offset.total_seconds()
        if not self._warned:
            return f"The clocks of {self._provider} and of this machine agree again."
        which = "ahead of" if seconds > 0 else "behind"
        return (
            f"The clock of {self._provider} is {abs(seconds):.0f} s {which} that of this machine. "
            "Check that this machine keeps its time by a time server."
        )
