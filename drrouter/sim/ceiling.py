"""How far simulated time may advance: at most so many simulated seconds per real second."""

SHORTEST_SLEEP_S = 0.25
"""Real seconds between two looks at a wait that is long; so the shown time does not stand for longer."""


class Ceiling:
    """A bucket that fills with simulated seconds as real ones pass; it holds those of a quarter of a second.

    What the work was too slow to use is lost: after a stall nothing races to catch up.
    """

    def __init__(self, speed: float | None) -> None:
        """Allow ``speed`` simulated seconds per real second, or any number where it is None.

        Raises:
            ValueError: the speed is not positive.
        """
        if speed is not None and not speed > 0:
            raise ValueError("the speed must be above 0")
        self._speed = speed
        self._credit_s = 0.0
        self._filled_at: float | None = None

    def reach(self, wanted_s: float, real_s: float) -> tuple[float, float | None]:
        """How many simulated seconds of those wanted may pass now, and the real seconds to wait for more.

        The second is None where all may pass. ``real_s`` is a steady count of real seconds.
        """
        if self._speed is None:
            return wanted_s, None
        self._fill(real_s)
        if wanted_s <= self._credit_s:
            self._credit_s -= max(wanted_s, 0.0)
            return wanted_s, None
        full_s = self._speed * SHORTEST_SLEEP_S
        if self._credit_s < full_s:
            return 0.0, (min(wanted_s, full_s) - self._credit_s) / self._speed
        self._credit_s -= full_s
        return full_s, min(wanted_s - full_s, full_s) / self._speed

    def _fill(self, real_s: float) -> None:
        assert self._speed is not None  # noqa: S101 -- asked by reach() alone
        passed_s = 0.0 if self._filled_at is None else max(real_s - self._filled_at, 0.0)
        self._filled_at = real_s
        self._credit_s = min(self._credit_s + passed_s * self._speed, self._speed * SHORTEST_SLEEP_S)
