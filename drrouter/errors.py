"""Everything that can go wrong, as one small tree; each error carries a sentence for the homeowner.

A foreign exception is translated once, at the adapter that met it, with ``raise ... from``.

    DrrouterError
    ├── InputError                 something we were given cannot be used
    │   ├── DocumentError          a file: home file, object model, tariff
    │   └── MessageError           a message from a provider, a device or a client
    ├── ProviderError              the link to a service provider
    │   ├── ProviderUnreachableError
    │   ├── ProviderRefusedError   credentials or rights
    │   └── ProviderUntrustedError TLS: wrong authority, wrong name, expired
    ├── DeviceError                a device in the home
    │   ├── DeviceSilentError
    │   ├── DeviceRefusedError
    │   └── DeviceUnknownError
    ├── PlannerError               no plan from this rung
    ├── StoreError                 the durable store
    │   └── StoreValueError        a value that it can never keep
    ├── OptionError                the options-and-accept dialogue
    │   ├── HoldUnknownError
    │   ├── HoldExpiredError
    │   ├── HoldConflictError
    │   └── WishImpossibleError    no start can keep what is asked
    ├── ResourceError              the tree of opaque data
    │   ├── LeafUnknownError       nothing there, or nothing for who asks
    │   └── LeafForbiddenError     no right to write there
    ├── DaemonUnreachableError     a client found no router at the address
    └── DaemonRefusedError         the router answered a client, and refused
"""

from collections.abc import Sequence
from typing import Any, ClassVar


class DrrouterError(Exception):
    """Root of the tree.

    Attributes:
        retryable: whether the same act may succeed later without anybody doing anything.
    """

    retryable: ClassVar[bool] = False

    @property
    def sentence(self) -> str:
        """What the homeowner reads: what happened and what to do; as it was given, with what it carries."""
        return self.args[0] if self.args and isinstance(self.args[0], str) else str(self)


class InputError(DrrouterError):
    """Something we were given cannot be used; names where, which key, and the remedy."""

    def __init__(self, where: str, key: str, problem: str, remedy: str = "") -> None:
        """Say where (file or peer), which key, what is wrong, and what to do about it."""
        self.where, self.key, self.problem, self.remedy = where, key, problem, remedy
        place = f"{where}: {key}" if key else where
        super().__init__(f"{place}: {problem}." + (f" {remedy}." if remedy else ""))


class DocumentError(InputError):
    """A file (home file, object model, tariff) is not valid."""


class MessageError(InputError):
    """A message from a provider, a device or a client is not valid."""


class ProviderError(DrrouterError):
    """The link to a service provider does not do what it should."""


class ProviderUnreachableError(ProviderError):
    """No answer, or a broken one; the next attempt may succeed."""

    retryable = True


class ProviderRefusedError(ProviderError):
    """The provider refuses our credentials or our request."""


class ProviderUntrustedError(ProviderError):
    """The provider's certificate is from a wrong authority, for another name, or expired."""


class DeviceError(DrrouterError):
    """A device in the home does not do what it should."""


class DeviceSilentError(DeviceError):
    """The device does not answer."""

    retryable = True


class DeviceRefusedError(DeviceError):
    """The device answers and refuses."""


class DeviceUnknownError(DeviceError):
    """No device of that name is known here."""


class PlannerError(DrrouterError):
    """This rung of the planner has no plan; the next rung is taken."""

    retryable = True


class StoreError(DrrouterError):
    """The durable store failed; what was being written is not acknowledged."""

    retryable = True


class StoreValueError(StoreError):
    """The value is of a type, or holds a number, that the store can never keep."""

    retryable = False


class OptionError(DrrouterError):
    """The dialogue of options and accept cannot go on as asked."""


class HoldUnknownError(OptionError):
    """No such hold token was handed out."""


class HoldExpiredError(OptionError):
    """The hold token is older than its life."""


class HoldConflictError(OptionError):
    """What was offered no longer fits.

    Attributes:
        options: fresh ones (``domain.option.Option``), which may be taken instead.
    """

    def __init__(self, sentence: str, options: Sequence[Any] = ()) -> None:
        """Say what no longer fits and what does."""
        self.options = tuple(options)
        super().__init__(sentence)


class WishImpossibleError(OptionError):
    """No start can keep what is asked, whatever the prices are."""


class ResourceError(DrrouterError):
    """The tree of opaque data does not have it, or does not take it."""


class LeafUnknownError(ResourceError):
    """There is nothing at that path, or nothing for who asks."""


class LeafForbiddenError(ResourceError):
    """Who asks has no right to write there."""


class DaemonUnreachableError(DrrouterError):
    """A client found no router at the address.

    Attributes:
        why: ``absent``, ``silent``, ``untrusted``, ``ended`` or ``no_address``, by which a client says it in
            another language; empty where the sentence is all there is.
        url: the address.
        detail: what was heard of it.
    """

    retryable = True

    def __init__(self, sentence: str, why: str = "", url: str = "", detail: str = "") -> None:
        """Keep what a client needs to say it in its own words."""
        self.why, self.url, self.detail = why, url, detail
        super().__init__(sentence)


class DaemonRefusedError(DrrouterError):
    """The router answered a client, and refused: no right to it, or nothing it could do.

    Attributes:
        status: of HTTP, as the local API gave it.
    """

    def __init__(self, sentence: str, status: int) -> None:
        """Keep the router's sentence and the status that came with it."""
        self.status = status
        super().__init__(sentence)
