"""Takes what shall give at its measured power, once it has had time and does not give what is wished.

A battery may say that it was told, and hold enough, and still give nothing: its own electronics hold it back,
or it lies. A limit is not met by what it says. What it was seen to give at most counts from then on, until it
gives more and all that is wished, or has not been asked for more for a while; it is asked all the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.device import DeviceState
from drrouter.domain.ids import DeviceId
from drrouter.router.follow import CALM_W, SETTLES_WITHIN

AGAIN_AFTER = timedelta(hours=1)
"""Interpretation: so long is a device not counted on again that gave too little, lest what gave way for it be
switched on and off by turns."""

_NEAR_SHARE = 0.1


@dataclass(slots=True)
class _Record:
    """How one device gives.

    Attributes:
        short_since: since when it has given less than was wished without a pause; None while it does not.
        seen_w: what it gave when it last gave too little, negative; None while its word is taken.
        seen_at: when that was.
    """

    short_since: datetime | None = None
    seen_w: float | None = None
    seen_at: datetime | None = None


class Givers:
    """Remembers who gave less than was wished."""

    def __init__(self) -> None:
        """Everybody's word is taken."""
        self._records: dict[DeviceId, _Record] = {}

    def gives_w(
        self, device_id: DeviceId, state: DeviceState, wished_w: float, now: datetime
    ) -> float | None:
        """The power to count it with where it is asked to give, in W, positive where it takes all the same.

        Args:
            device_id: the device.
            state: what it shows now.
            wished_w: what has been wished of it since the last look, negative where it shall give.
            now: the instant.

        Returns:
            None where it may be counted with what is wished: also where its power is not measured.
        """
        record = self._records.setdefault(device_id, _Record())
        if state.power_w is None:
            record.short_since = None
        elif wished_w < 0 and state.power_w - wished_w > max(CALM_W, _NEAR_SHARE * abs(wished_w)):
            record.short_since = min(record.short_since or now, now)
            if now - record.short_since >= SETTLES_WITHIN:
                record.seen_w, record.seen_at = state.power_w, now
        else:
            record.short_since = None
            if record.seen_w is not None:
                record.seen_w = min(record.seen_w, 0.0)
                _forget(record, gives_more=state.power_w < record.seen_w - CALM_W, now=now)
        return record.seen_w


def _forget(record: _Record, *, gives_more: bool, now: datetime) -> None:
    """Take its word again where it has earned that, or its time is over."""
    if gives_more or record.seen_at is None or now - record.seen_at >= AGAIN_AFTER:
        record.seen_w = record.seen_at = None
