"""Says of a storage that it is full before a power cut that was announced."""

from collections.abc import Iterator

from drrouter.domain.plan import Reason
from drrouter.planner.catalogue import reason
from drrouter.planner.explain.scene import Scene
from drrouter.planner.storage_task import StorageTask


def before_outages(scene: Scene, task: StorageTask) -> Iterator[Reason]:
    """The cuts before which a level is asked of it."""
    ends = {band.interval.end for band in task.device.comfort}
    for outage in scene.problem.outages:
        if outage.interval.start in ends:
            span = outage.interval
            told = {"since": span.start, "until": span.end}
            yield reason("storage.before_outage", provider=outage.provider, **told)
