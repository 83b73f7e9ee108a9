"""What is judged when a simulation is over: nothing was lost, nothing was done twice, nothing was cut."""

from collections.abc import Iterator
from datetime import timedelta

from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.signal import MessageKind
from drrouter.sim.appliances import CycleMachine
from drrouter.sim.simulate.disk import Disk
from drrouter.sim.simulate.habits import Load
from drrouter.sim.simulate.people import Answered, People
from drrouter.sim.simulate.plugs import MemoryPlug
from drrouter.sim.simulate.referee import Finding
from drrouter.sim.simulate.uplink import MemoryProvider

FORGOTTEN_AFTER = timedelta(hours=12)
"""A machine that the router promised to run and that has not begun so long after it should be done."""


def closing_findings(
    span: Interval,
    plugs: dict[DeviceId, MemoryPlug],
    providers: list[MemoryProvider],
    disk: Disk,
    people: People,
) -> Iterator[Finding]:
    """Every rule that was broken, seen from the end."""
    yield from _cuts(plugs)
    yield from _lost_messages(span, providers, disk)
    yield from _taken_in_twice(span, disk)
    yield from _without_receipt(span, providers, disk)
    for answered in people.answers:
        yield from _forgotten(span, plugs, answered)


def _cuts(plugs: dict[DeviceId, MemoryPlug]) -> Iterator[Finding]:
    """Running cycles whose power the router took (A6)."""
    for device_id, plug in plugs.items():
        for cut in plug.cuts:
            yield Finding(
                cut.at, "cycle", f"{device_id} was switched off by {cut.instruction_id} in its cycle"
            )


def _lost_messages(span: Interval, providers: list[MemoryProvider], disk: Disk) -> Iterator[Finding]:
    """Messages on the disk that never arrived, and messages sent before they were on the disk (A1)."""
    by_id = {provider.id: provider for provider in providers}
    for item_id, (_, item) in disk.enqueued.items():
        if item_id not in by_id[item.provider].received:
            yield Finding(span.end, "receipt", f"{item_id} is on the disk and was never delivered")
    for provider in providers:
        for item_id in provider.received.keys() - disk.enqueued.keys():
            yield Finding(span.end, "receipt", f"{item_id} was sent and is not on the disk")


def _taken_in_twice(span: Interval, disk: Disk) -> Iterator[Finding]:
    """Versions of events that were taken in more than once (A1)."""
    for (_, event_id, version), count in disk.versions.items():
        if count > 1:
            yield Finding(span.end, "twice", f"version {version} of {event_id} was taken in {count} times")


def _without_receipt(span: Interval, providers: list[MemoryProvider], disk: Disk) -> Iterator[Finding]:
    """Versions that were taken in, or are in force and arrived, and that the provider has no receipt of."""
    receipts = {
        (item.provider, item.event_id, item.event_version)
        for provider in providers
        for item in provider.received.values()
        if item.kind is MessageKind.RECEIPT
    }
    wanted = set(disk.versions)
    for provider in providers:
        arrived = {one.event.version for one in provider.arrived if one.event}
        wanted |= {
            (provider.id, event.id, event.version) for event in provider.in_force if event.version in arrived
        }
    for key in sorted(wanted - receipts):
        yield Finding(span.end, "receipt", f"{key[1]} of {key[2]} has no receipt")


def _forgotten(span: Interval, plugs: dict[DeviceId, MemoryPlug], answered: Answered) -> Iterator[Finding]:
    """A cycle that the router promised and never began (R8)."""
    act = answered.act
    if not isinstance(act, Load) or answered.at is None or act.ready_by + FORGOTTEN_AFTER > span.end:
        return
    machine = plugs[act.device_id].appliance
    cycles = machine.cycles if isinstance(machine, CycleMachine) else []
    if any(cycle.loaded_at == act.at and cycle.started_at is None for cycle in cycles):
        yield Finding(
            act.ready_by, "wish", f"{act.device_id}, loaded at {act.at:%Y-%m-%d %H:%M}, never began"
        )
