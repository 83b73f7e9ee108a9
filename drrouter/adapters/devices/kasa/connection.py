"""One connection to one plug or strip, over python-kasa's transports; it is told from others by its MAC.

Identity belongs to the connection: who answered the first question on it answers the others too. So the MAC
is checked once, right after connecting or logging in, and never taken for granted after a failure, because
what answers at the address afterwards may be another plug. What is asked and how answers read is left to the
two subclasses, for Kasa's commands (``iot``) and for Tapo's (``smart``).

Only the commands needed are sent. The library's own ``update`` asks for schedules, cloud state and statistics
too, and fails on firmware that leaves out a time zone or a field of the cloud's state.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Self

from drrouter.adapters.devices.kasa.reach import Account, Reach
from drrouter.adapters.devices.kasa.wire import Wire
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError, DeviceUnknownError

Json = Mapping[str, Any]

SESSION_S = 20 * 3600.0
"""How long a session is used; plugs forget it after a day, and shortly before the library begins another."""
BROKEN_BY_VALUES = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What the library lets out where a plug sends values of unexpected types."""
COMPATIBILITY = (
    "switch on Third-Party Compatibility (Tapo app: Me > Third-Party Services; Kasa app: Me > Settings)"
)


class LoginRefusedError(DeviceRefusedError):
    """The plug wants the account that it belongs to; asking again soon may lock it."""


class _StaleError(Exception):
    """A session that worked before did not work this time."""


class Connection(ABC):
    """A way to one device, opened at the first question and kept until something goes wrong.

    Every question may raise:
        DeviceSilentError: no answer, or one without meaning.
        DeviceRefusedError: the device answers with an error, or does not let us in.
        DeviceUnknownError: another device answers at the address; it is told nothing.

    Attributes:
        mac: the device's MAC address; "" until the first answer where none was expected.
    """

    def __init__(self, reach: Reach, account: Account, mac: str, timeout_s: float, login_s: float) -> None:
        """Remember where and who; nothing is opened yet.

        Args:
            reach: where it listens and what it speaks.
            account: whose it is.
            mac: who must answer; "" accepts whoever does.
            timeout_s: how long one question may take, connecting included, in seconds of real time.
            login_s: how much longer it may take where it must log in first.
        """
        self._reach, self._account = reach, account
        self._timeout_s, self._login_s = timeout_s, login_s
        self.mac = mac
        self._wire: Wire | None = None
        self._known_since: float | None = None
        self._one_by_one = False

    async def __aenter__(self) -> Self:
        """Nothing to do: the first question connects."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        await self.close()

    async def close(self) -> None:
        """Hang up; the next question connects again."""
        wire, self._wire, self._known_since = self._wire, None, None
        if wire:
            await wire.close()

    @abstractmethod
    async def describe(self) -> Json:
        """What the device says of itself, with its sockets as ``children`` where it is a strip."""

    @abstractmethod
    async def set_relay(self, on: bool, child: str = "") -> None:
        """Tell a relay to close or to open: that of the socket of this id, or the only one."""

    @abstractmethod
    async def relay(self, child: str = "") -> Json:
        """The state of a relay, as ``relay_state``."""

    @abstractmethod
    async def measure(self, child: str = "") -> tuple[Json, Json]:
        """The state of a relay and what its meter shows; the latter is empty where it has no meter."""

    @abstractmethod
    async def _mac(self) -> str:
        """Ask who is at the other end."""

    async def _exchange(self, request: dict[str, Any]) -> Json:
        """Send one request and return its answer; where an old session failed, once more on a new one."""
        now = asyncio.get_running_loop().time()
        if self._known_since is not None and now - self._known_since > SESSION_S:
            await self.close()
        try:
            return await self._attempt(request, once_more=not self._reach.is_legacy)
        except _StaleError:
            await self.close()
            return await self._attempt(request, once_more=False)

    async def _attempt(self, request: dict[str, Any], *, once_more: bool) -> Json:
        """Send it and translate whatever goes wrong, which ends the connection."""
        from kasa import AuthenticationError, KasaException

        host, kept = self._reach.host, self._known_since is not None
        limit_s = self._timeout_s + (0.0 if kept or self._reach.is_legacy else self._login_s)
        try:
            async with asyncio.timeout(limit_s):
                await self._identify()
                return await self._query(request)
        except TimeoutError as error:
            await self.close()
            raise DeviceSilentError(f"no answer from {host} within {limit_s:g} s") from error
        except AuthenticationError as error:
            await self.close()
            raise LoginRefusedError(self._login_sentence()) from error
        except (KasaException, *BROKEN_BY_VALUES) as error:
            if once_more and (self._takes_no_bundles(error) or (kept and _may_be_the_session(error))):
                raise _StaleError from error
            await self.close()
            raise _translated(error, host) from error
        except (DeviceError, asyncio.CancelledError):
            await self.close()
            raise

    def _takes_no_bundles(self, error: Exception) -> bool:
        """Whether the firmware failed at several commands in one; from now on they go one by one."""
        self._one_by_one = self._one_by_one or "multi requests disabled" in str(error)  # by its text alone
        return self._one_by_one

    async def _identify(self) -> None:
        """Open the connection where it is not, and make sure who is at its other end."""
        if self._known_since is not None:
            return
        self._wire = self._wire or Wire(self._reach, self._account, one_by_one=self._one_by_one)
        mac = await self._mac()
        if self.mac and mac != self.mac:
            raise DeviceUnknownError(
                f"at {self._reach.host}, where {self.mac} was, another plug answers "
                f"({mac or 'no MAC address'}); discover again, or correct the address in the home file"
            )
        self.mac = mac
        self._known_since = asyncio.get_running_loop().time()

    async def _query(self, request: dict[str, Any]) -> Json:
        """Ask once: a repetition could go out on a new connection, perhaps to another plug."""
        if self._wire is None:
            raise DeviceSilentError("the connection was closed")
        answer = await self._wire.protocol.query(request, retry_count=0)
        if not isinstance(answer, dict):
            raise DeviceSilentError("the plug's answer is no JSON object")
        return answer

    def _login_sentence(self) -> str:
        """Why it does not let us in, and what to do."""
        if not self._account.username:
            return (
                "it asks for the TP-Link account that it belongs to; set kasa.username and "
                f"kasa.password_file in the home file, and {COMPATIBILITY}"
            )
        return (
            "it refuses the password of the TP-Link account; correct kasa.username (as written in the app, "
            f"capitals matter) or the file that kasa.password_file names, and {COMPATIBILITY}"
        )


def _may_be_the_session(error: Exception) -> bool:
    """Whether a new session may help: the device named no error, or one of those that pass."""
    from kasa.exceptions import SMART_RETRYABLE_ERRORS

    code = getattr(error, "error_code", None)
    return code is None or code in SMART_RETRYABLE_ERRORS


def _translated(error: Exception, host: str) -> DeviceError:
    """What the library's error means."""
    if code := getattr(error, "error_code", None):
        return DeviceRefusedError(f"the plug answers with error {code.name} ({code.value})")
    if "403 to handshake1" in str(error):  # the library tells it by its text alone
        return LoginRefusedError(f"it lets no program in; {COMPATIBILITY}")
    return DeviceSilentError(f"no usable answer from {host}")
