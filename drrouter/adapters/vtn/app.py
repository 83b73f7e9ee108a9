"""Builds a VTN's web application out of its parts, and opens and closes what they need."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, closing
from email.utils import format_datetime

from aiohttp import web

from drrouter.adapters.executor import ThreadExecutor
from drrouter.adapters.openadr3 import MOST_BYTES
from drrouter.adapters.vtn.call import VTN, Vtn
from drrouter.adapters.vtn.callbacks import open_session
from drrouter.adapters.vtn.config import VtnConfig
from drrouter.adapters.vtn.courier import Courier
from drrouter.adapters.vtn.mqtt import MqttNotices
from drrouter.adapters.vtn.notices import Notifier
from drrouter.adapters.vtn.objects import Changed, Objects
from drrouter.adapters.vtn.privacy import Privacy
from drrouter.adapters.vtn.refusal import refuse_politely
from drrouter.adapters.vtn.routes import ROUTES, guarded
from drrouter.adapters.vtn.state_file import StateFile
from drrouter.adapters.vtn.tokens import Clients, TokenDesk
from drrouter.adapters.vtn.wrong_tries import WrongTries
from drrouter.ports import Clock

_Prepare = Callable[[web.Request, web.StreamResponse], Awaitable[None]]


def build_app(config: VtnConfig, clock: Clock) -> web.Application:
    """A VTN as an application; its parts open when it starts and close when it ends.

    Starting it raises StoreError where the state file, and DocumentError where the clients or the file of
    the callbacks' authority cannot be used.
    """
    app = web.Application(middlewares=[refuse_politely], client_max_size=MOST_BYTES)
    for route in ROUTES:
        app.router.add_route(route.method, config.base_path + route.path, guarded(route))
    app.on_response_prepare.append(_stamp(clock))
    app.cleanup_ctx.append(_parts(config, clock))
    return app


def _parts(config: VtnConfig, clock: Clock) -> Callable[[web.Application], AsyncIterator[None]]:
    """What is open while the application runs."""

    async def parts(app: web.Application) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            # One thread: the state file takes one write at a time.
            executor = await stack.enter_async_context(ThreadExecutor(clock, threads=1, name="vtn"))
            clients = Clients(config.clients, executor)
            objects = Objects(clock, executor, config.most_objects)
            if config.state is not None:
                objects.keep_in(stack.enter_context(closing(await executor.run(StateFile, config.state))))
            session = await stack.enter_async_context(
                open_session(config.callback_ca, config.callbacks_on_this_machine)
            )
            courier = Courier(clock, session)
            stack.push_async_callback(courier.close)
            privacy = Privacy(objects, config.targets_must_be_asked)
            listeners = [Notifier(objects, privacy, clients, courier).changed]
            if config.mqtt is not None:
                notices = MqttNotices(config.mqtt, objects, privacy, clients, config.mqtt_ca)
                await stack.enter_async_context(notices.publishing())
                listeners.append(notices.changed)
            objects.on_changed = _all_of(listeners)
            tokens = TokenDesk(clock, config.token_life)
            app[VTN] = Vtn(config, clock, clients, tokens, objects, privacy, WrongTries(), session)
            yield

    return parts


def _all_of(listeners: Sequence[Callable[[Changed], None]]) -> Callable[[Changed], None]:
    """Tells each of a change."""

    def changed(changed: Changed) -> None:
        for listener in listeners:
            listener(changed)

    return changed


def _stamp(clock: Clock) -> _Prepare:
    """Every answer carries the clock's time, which is simulated in the demo."""

    async def stamp(_: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(clock.now(), usegmt=True)
        response.headers["Server"] = "drrouter-vtn"

    return stamp
