"""An integration that the home uses and that cannot be made: a library or a private file is missing."""

from collections.abc import Sequence

from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceError
from drrouter.ports import Device, Found


class Unmade:
    """Implements the Integration port by its reason, so that the search for its devices says it."""

    def __init__(self, domain: str, sentence: str) -> None:
        """``sentence`` says what is missing, and what to do."""
        self.domain, self._sentence = domain, sentence

    async def discover(self) -> Sequence[Found]:
        """Find nothing.

        Raises:
            DeviceError: always.
        """
        raise DeviceError(self._sentence)

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """Nothing was found, so nothing is set up.

        Raises:
            DeviceError: always.
        """
        raise DeviceError(self._sentence)
