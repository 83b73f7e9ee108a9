"""What the screens know of the router: its latest views, and since when it is gone, if it is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from drrouter.adapters.client import DrClient
from drrouter.domain.ids import DeviceId
from drrouter.domain.journal import JournalEntry
from drrouter.domain.plan import Plan
from drrouter.domain.said import reason_of
from drrouter.domain.timeline import Timeline
from drrouter.domain.words import MOST_CHARACTERS, clean
from drrouter.router.facade import Change
from drrouter.router.viewed import DeviceView, StatusView
from drrouter_ui.words import SiteTime, say

MOST_ENTRIES = 20


@dataclass(frozen=True, slots=True)
class Gone:
    """The router does not answer.

    Attributes:
        sentence: what the client says of it.
        tries: how many times it was tried since.
        wait_s: real seconds between the last try and the next.
    """

    sentence: str
    tries: int
    wait_s: float


@dataclass(frozen=True, slots=True)
class Seen:
    """The router as it was last seen; kept and shown while it is gone.

    Attributes:
        journal: the newest decisions, newest first.
        gone: None while the router tells us what happens.
    """

    status: StatusView
    plan: Plan | None
    devices: tuple[DeviceView, ...]
    timeline: Timeline
    journal: tuple[JournalEntry, ...] = ()
    gone: Gone | None = None

    @property
    def local(self) -> SiteTime:
        """The site's time."""
        return SiteTime.of(self.status.time_zone, self.status.now)

    def say(self, text: str, most: int = MOST_CHARACTERS) -> str:
        """A text of the router in the person's language, by the reason that it carries; as one line."""
        return clean(say([reason_of(text)], text, self.status.currency, self.local), most)

    def device(self, device_id: DeviceId | None) -> DeviceView | None:
        """The device of that id, None where there is none."""
        return next((view for view in self.devices if view.profile.id == device_id), None)

    def after(self, change: Change) -> "Seen":
        """What is known when the router has told this."""
        match change.payload:
            case StatusView() as status:
                return replace(self, status=status)
            case Plan() as plan:
                return replace(self, plan=plan)
            case DeviceView() as device:
                return replace(self, devices=_with(self.devices, device))
            case JournalEntry() as entry:
                return replace(self, journal=(entry, *self.journal)[:MOST_ENTRIES])


def _with(devices: Iterable[DeviceView], new: DeviceView) -> tuple[DeviceView, ...]:
    return tuple(new if old.profile.id == new.profile.id else old for old in devices)


async def look(client: DrClient) -> Seen:
    """Ask for everything.

    Raises:
        DrrouterError: no router answers, or it refuses.
    """
    return Seen(
        await client.status(),
        await client.plan(),
        await client.devices(),
        await client.timeline(),
        await client.journal(MOST_ENTRIES),
    )
