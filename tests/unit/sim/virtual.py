"""What the tests of a simulation's adapters share: a virtual day, and a kill that nobody expects."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from drrouter.domain.interval import Interval
from drrouter.sim.simulate.faults import Fault
from drrouter.sim.simulate.virtual_time import VirtualClock, run
from tests.builders import DAY

SPAN = Interval(DAY, DAY + timedelta(days=7))


def in_virtual_time(test: Callable[[VirtualClock], Awaitable[None]]) -> None:
    """Run a test on a virtual loop that begins with the day."""

    async def main() -> None:
        await test(VirtualClock(DAY))

    run(main())


async def never(fault: Fault) -> None:
    raise AssertionError(f"{fault} should not strike")
