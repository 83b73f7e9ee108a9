"""Routes for whoever needs help: the doctor's findings, and a bundle for somebody who looks into it."""

from drrouter.adapters.api.bundle import bundle_of
from drrouter.adapters.api.roles import OWNER, PEOPLE
from drrouter.adapters.api.route import Call, Download, Route, route
from drrouter.adapters.strict_json import plain
from drrouter.domain.journal import JournalEntry
from drrouter.domain.plan import Plan
from drrouter.router.doctor import Finding
from drrouter.router.viewed import DeviceView, EventView, FoundView, LedgerView, StatusView

_JOURNAL = 500


@route("GET", "/doctor", PEOPLE, answer=tuple[Finding, ...])
async def doctor(call: Call) -> tuple[Finding, ...]:
    """What is well, what is wrong, and what to do about it, the worst first."""
    return call.router.doctor()


@route("GET", "/bundle", OWNER, answer=Download)
async def bundle(call: Call) -> Download:
    """What the router shows of itself as a ZIP file, without what tells who lives here."""
    router, entries = call.router, await call.router.journal(_JOURNAL)
    parts = {
        "doctor": plain(tuple[Finding, ...], router.doctor()),
        "status": plain(StatusView, router.status()),
        "devices": plain(tuple[DeviceView, ...], router.devices()),
        "discovered": plain(tuple[FoundView, ...], router.discovered()),
        "events": plain(tuple[EventView, ...], router.events()),
        "ledger": plain(LedgerView, router.ledger()),
        "plan": plain(Plan | None, router.plan()),
        "journal": plain(tuple[JournalEntry, ...], entries),
    }
    return Download(bundle_of(parts, _names(call)), "application/zip", "drrouter-bundle.zip", 1)


def _names(call: Call) -> dict[str, str]:
    """Names that people gave, or providers, and what stands in their place."""
    names = {view.profile.name: str(view.profile.id) for view in call.router.devices()}
    names |= {view.event.name: "<event>" for view in call.router.events()}
    names |= {person.name: "<person>" for person in call.entrance.people.views()}
    return {**names, call.router.status().site: "<site>", call.who.name: "<person>"}


HELP_ROUTES: tuple[Route, ...] = (doctor, bundle)
