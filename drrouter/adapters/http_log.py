"""What is logged of requests that are none: no word of theirs, since it may hold a secret."""

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
