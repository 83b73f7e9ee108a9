"""Makes the integrations of the home, and the tasks that search and serve."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial

from drrouter.adapters.devices.settings import IntegrationSettings
from drrouter.adapters.devices.table import build
from drrouter.adapters.devices.unmade import Unmade
from drrouter.config import HomeConfig, secret_from_file
from drrouter.errors import DeviceError, DocumentError
from drrouter.ports import (
    Asking,
    Clock,
    Executor,
    Integration,
    Serving,
    Surroundings,
)
from drrouter.router.core import Router
from drrouter.router.finder import Finder
from drrouter.router.machines import Machines
from drrouter.router.recognise import Sought


def surroundings_of(home: HomeConfig, clock: Clock, executor: Executor) -> Surroundings:
    """What every integration of this home is given."""
    folder = home.path.parent

    def secret(name: str) -> str:
        return secret_from_file(folder / name, str(home.path), name).reveal()

    return Surroundings(clock, executor, folder, secret)


def integrations_of(home: HomeConfig, surroundings: Surroundings) -> dict[str, Integration]:
    """Every integration that the home uses.

    One that cannot be made, because its library is missing, says so at each search and costs nothing else.
    """
    made: dict[str, Integration] = {}
    for domain, settings in home.integrations.items():
        try:
            made[domain] = build(domain, settings, surroundings)
        except (DeviceError, DocumentError) as error:
            made[domain] = Unmade(domain, error.sentence)
    return made


def answer_machines(integrations: Mapping[str, Integration], machines: Machines) -> None:
    """Let the router answer the machines that ask by themselves, over whatever transport."""
    for integration in integrations.values():
        if isinstance(integration, Asking):
            integration.answer_with(machines.quote)


def integration_tasks(
    home: HomeConfig, router: Router, clock: Clock, integrations: Mapping[str, Integration]
) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
    """Two tasks for each integration of the home: it searches, and keeps open what it must."""
    for domain, integration in integrations.items():
        yield search_task(home, router, clock, integration, home.integrations[domain])
        if isinstance(integration, Serving):
            yield f"serve {domain}", integration.serve


def search_task(
    home: HomeConfig, router: Router, clock: Clock, integration: Integration, settings: IntegrationSettings
) -> tuple[str, Callable[[], Awaitable[None]]]:
    """The supervised search by one integration for those devices of the home file that use it."""
    sought = {
        device.profile.id: Sought(device.integration, device.match)
        for device in home.devices
        if device.integration == integration.domain
    }
    period, gone_after = timedelta(seconds=settings.every_s), timedelta(seconds=settings.gone_after_s)
    finder = Finder(
        router.registry,
        sought,
        clock,
        period,
        gone_after,
        router.readings,
        router.household.gone,
        timedelta(seconds=settings.stated_s),
    )
    return f"search {integration.domain}", partial(finder.run, integration)
