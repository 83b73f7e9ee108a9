"""A device behind its resource manager, as a device of the router: readings as they come, orders as S2's."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta

from drrouter.adapters.devices.gate import judged
from drrouter.adapters.devices.obedience import Obedience
from drrouter.adapters.devices.s2.resource import LATE, Resource
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Reading
from drrouter.errors import DeviceError, DeviceSilentError

TITLE = "S2"
MOST_GIVEN_W = 100_000.0


class S2Device:
    """Implements the Device port.

    The resource is asked for its control type at every use: it may return with another one.
    """

    def __init__(self, device_id: DeviceId, resource: Resource) -> None:
        """Remember whose it is; nothing is sent yet."""
        self._id, self._resource = device_id, resource
        self._obedience = Obedience(device_id, TITLE, resource.clock)

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    @property
    def silent_after(self) -> timedelta:
        """Older readings are not trusted; they are repeated at least four times as often."""
        return max(LATE, timedelta(seconds=4 * self._resource.settings.repeat_s))

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """By what it is steered and what was measured, whenever the resource manager says something.

        While it has nothing to say, they are repeated: the connection itself is tried all the time.

        Raises:
            DeviceSilentError: it is not connected.
        """
        resource, before = self._resource, None
        while True:
            if resource.link is None:
                raise DeviceSilentError(f"{self._id} ({TITLE}): the resource manager is not connected")
            count, measured = resource.news.count, resource.sample is not before
            before = resource.sample
            if batch := tuple(self._batch(measured)):
                yield batch
            look = resource.clock.now() + timedelta(seconds=resource.settings.repeat_s)
            await resource.news.since_or_until(count, resource.clock, look)

    async def apply(self, instruction: Instruction) -> Outcome:
        """Tell it by the control type that is selected; say what became of it."""
        return await self._obedience.carry_out(instruction, self._obeyed, least_w=-MOST_GIVEN_W)

    def _batch(self, measured: bool) -> Iterator[Reading]:
        """What is known now; a measurement only once, with the time at which it was taken."""
        resource = self._resource
        now = resource.clock.now()
        if resource.control is not None:
            for quantity, value in resource.control.steered(now):
                yield judged(self._id, quantity, value, now)
        if measured and resource.sample is not None:
            for quantity, value in resource.sample.values.items():
                yield judged(self._id, quantity, value, resource.sample.at)

    async def _obeyed(self, instruction: Instruction) -> None:
        """Send what the instruction means in S2.

        Raises:
            DeviceError: it is not connected, cannot be controlled, or does not do it.
        """
        resource = self._resource
        if resource.link is None:
            raise DeviceSilentError("the resource manager is not connected")
        if resource.control is None:
            offered = ", ".join(resource.offered) or "nothing yet"
            raise DeviceError(f"it offers {offered}, and none of that can be used")
        for order in resource.control.orders(instruction, resource.clock.now()):
            await resource.carry_out(order)
        resource.news.tell()
