"""The home as planned, with the means to take one device out of it and to price what it would do instead."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Miss, Reason
from drrouter.planner.bill import bill_of
from drrouter.planner.curtailing import unheld
from drrouter.planner.inverter_task import opened
from drrouter.planner.ledger import Entry
from drrouter.planner.problem import Problem
from drrouter.planner.site import Site
from drrouter.planner.tasks import Tasks
from drrouter.planner.terms import Terms

WORTH_SAYING = 0.005
"""Savings below half a hundredth of the currency are not mentioned."""


class Scene:
    """What the explanations look at."""

    def __init__(self, problem: Problem, tasks: Tasks, entry: Entry) -> None:
        """Stand in front of the home as the schedule leaves it."""
        self.problem, self.tasks, self.entry = problem, tasks, entry
        self.bill = bill_of(problem)
        self.site, self.tariffs, self.power_w = entry.site, tasks.tariffs, entry.power_w
        if self.bill.prices.spare_w:  # what another device would take is no longer held back
            self.power_w = unheld(tasks, entry.power_w)
            self.tariffs = opened(problem, tasks.tariffs, tasks.inverters)
            self.site = self._with_others(Site(problem, tasks.base_w, self.tariffs), None)
        self.labels = {device.id: device.label for device in problem.devices}

    @contextmanager
    def without(self, device_id: DeviceId, power_w: Sequence[float], first: int = 0) -> Iterator[Site]:
        """The home while this device's power is taken out of it."""
        self.site.add(device_id, power_w, first, sign=-1)
        try:
            yield self.site
        finally:
            self.site.add(device_id, power_w, first)

    def unlimited(self) -> Site:
        """The same home without its limits, for what they cost."""
        return Site(self.problem, self.site.grid_w, self.tariffs, rows=())

    def termless(self, without: DeviceId) -> Site:
        """The home without this device, under a tariff that has nothing but its price per kWh."""
        tariffs = replace(self.tariffs, terms=Terms(self.tariffs.hours))
        site = Site(self.problem, self.tasks.base_w, tariffs)
        return self._with_others(site, without)

    def raised(self, without: DeviceId, more_w: float) -> Site:
        """The home without this device and with each limit so much higher."""
        higher = tuple(replace(limit, max_w=limit.effective_w + more_w) for limit in self.problem.limits)
        site = Site(replace(self.problem, limits=higher), self.tasks.base_w, self.tariffs)
        return self._with_others(site, without)

    def _with_others(self, site: Site, without: DeviceId | None) -> Site:
        for device_id, power_w in self.power_w.items():
            if device_id != without:
                site.add(device_id, power_w)
        return site

    def missed(self, device_id: DeviceId) -> Miss | None:
        """The first thing that the plan misses for the device."""
        return next((miss for miss in self.entry.missed.misses if miss.device_id == device_id), None)

    def cause(self, device_id: DeviceId) -> Reason | None:
        """Because of what that is missed."""
        miss = self.missed(device_id)
        return miss.reason if miss else None
