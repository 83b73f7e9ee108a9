"""A route of the local API: its path, who may use it, what it takes and what it answers, in one place.

    @route("GET", "/devices/{device_id}", READERS_AND_APPLIANCE, answer=DeviceView, scope=Scope.DEVICE)
    async def device(call: Call) -> DeviceView:
        "One device."

Without roles there is no route. The API serves the routes of its table and nothing else.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from drrouter.adapters.api.entrance import Entrance
from drrouter.adapters.api.roles import Principal, Role
from drrouter.adapters.api.tokens import TokenBook
from drrouter.adapters.api.visit import Visit
from drrouter.ports import Clock
from drrouter.router.facade import RouterFacade

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, admitted and checked, as a handler sees it.

    Attributes:
        path: the variables of the path, decoded.
        query, body: of the route's models, or the body's bytes; None where the route has none.
        target: the path as it was sent.
        media_type: of the body, as it was sent.
        last_event_id: of a client that comes back to a stream.
    """

    router: RouterFacade
    entrance: Entrance
    clock: Clock
    visit: Visit
    path: Mapping[str, str] = field(default_factory=dict)
    query: Any = None
    body: Any = None
    target: str = ""
    media_type: str = ""
    last_event_id: str | None = None

    @property
    def who(self) -> Principal:
        """Whoever asks."""
        return self.visit.who

    @property
    def tokens(self) -> TokenBook:
        """Every token."""
        return self.entrance.tokens


@dataclass(frozen=True, slots=True)
class Download:
    """Bytes of somebody, to be saved and never shown as a page."""

    data: bytes
    media_type: str
    name: str
    version: int


class Scope(StrEnum):
    """What in the path tells which device a request is about; appliances reach only such routes.

    Of a leaf the rights of its path decide, which the tree of opaque data knows.
    """

    NONE = "none"
    DEVICE = "device"
    HOLD = "hold"
    LEAF = "leaf"


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table.

    Attributes:
        answer: the type of what the handler returns; None for 204 without a body.
        streams: it answers with events for as long as the client listens; the handler returns them, or the
            topics of the router's own changes.
        takes_bytes: its body is bytes of any kind.

    Raises:
        ValueError: nobody may use it, or an appliance may and no device limits it.
    """

    method: str
    path: str
    roles: frozenset[Role]
    handler: Handler
    answer: Any = None
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    scope: Scope = Scope.NONE
    status: int = 200
    streams: bool = False
    takes_bytes: bool = False

    def __post_init__(self) -> None:
        """Refuse a route that does not say who may use it."""
        if not self.roles:
            raise ValueError(f"the route {self.method} {self.path} does not say who may use it")
        if Role.APPLIANCE in self.roles and self.scope is Scope.NONE:
            raise ValueError(f"the route {self.method} {self.path} lets an appliance reach every device")

    @property
    def name(self) -> str:
        """The handler's name: the operation."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (self.handler.__doc__ or "").strip().split("\n")[0]


def route(
    method: str,
    path: str,
    roles: frozenset[Role],
    *,
    answer: Any = None,
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    scope: Scope = Scope.NONE,
    streams: bool = False,
    takes_bytes: bool = False,
) -> Callable[[Handler], Route]:
    """Make a handler a route; see ``Route`` for what is said of it."""

    def declare(handler: Handler) -> Route:
        status = 200 if answer is not None or streams else 204
        return Route(method, path, roles, handler, answer, query, body, scope, status, streams, takes_bytes)

    return declare
