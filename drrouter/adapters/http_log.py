"""What is logged of strangers: no word of a request that is none, and nothing often."""

import asyncio
import logging

from aiohttp.http_exceptions import HttpProcessingError


class TerseHttpLog(logging.Filter):
    """Keeps bad requests of strangers from filling the log: few of them, and without traces."""

    MOST_A_MINUTE = 10

    def __init__(self) -> None:
        """Nothing was logged yet."""
        super().__init__()
        self._minute, self._count = -1, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written; of a bad request, without its trace."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, HttpProcessingError):
            return True
        minute = int(record.created // 60)
        if minute != self._minute:
            self._minute, self._count = minute, 0
        self._count += 1
        record.exc_info, record.exc_text = None, None
        return self._count <= self.MOST_A_MINUTE


def terse_log(name: str) -> logging.Logger:
    """The log of that name for a web server: its complaints about bad requests, few and short."""
    log = logging.getLogger(name)
    if not log.filters:
        log.addFilter(TerseHttpLog())
    return log


class Seldom:
    """Warns of one trouble once a minute at most, since strangers can make it without end."""

    APART_S = 60.0

    def __init__(self, log: logging.Logger) -> None:
        """Nothing was told yet."""
        self._log, self._next = log, float("-inf")

    def warn(self, text: str, *values: object) -> None:
        """Write the line, unless one was written within the last minute."""
        now = asyncio.get_running_loop().time()
        if now >= self._next:
            self._next = now + self.APART_S
            self._log.warning(text, *values)
