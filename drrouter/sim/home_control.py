"""The demo's hand in a simulated home: a small HTTP service on loopback that lets people live there.

    POST /load      {"device", "programme"}          somebody fills a machine and presses start
    POST /plug_in   {"device", "level_wh"}           a car arrives
    POST /unplug    {"device", "needed_wh"}          it leaves
    POST /button    {"device", "on"}                 somebody presses the button on a plug
    POST /fault     {"device", "fault", "delay_s"}   a plug misbehaves from now on ("none" mends it)
    GET  /state                                      every appliance now
    GET  /record                                     every meter, minute by minute, up to now
    POST /ledger    {"prices", "limits"}             the bill up to now, beside the same time without a router

Answers are JSON; what cannot be done is 400 with a sentence.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from drrouter.adapters.strict_json import MOST_BYTES, decode, parse, plain
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.limit import Limit
from drrouter.domain.rates import Rates
from drrouter.errors import DrrouterError, MessageError
from drrouter.ports import Clock
from drrouter.sim.appliances import Appliance, Car, CycleMachine, Thermal
from drrouter.sim.house import Happening, HappeningKind, House, HouseSpec, live_without_router
from drrouter.sim.ledger import Comparison, compare, settle
from drrouter.sim.record import HouseRecord, record_of
from drrouter.sim.wire.kasa import FakePlug, Fault

Handler = Callable[[bytes], Any]
Body = TypeVar("Body", bound=BaseModel)
WHERE = "simulated home"


class _Body(BaseModel):
    """What is sent: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    device: str


class LoadBody(_Body):
    """Somebody fills a machine."""

    programme: str


class PlugInBody(_Body):
    """A car arrives."""

    level_wh: float = 0.0


class UnplugBody(_Body):
    """A car leaves."""

    needed_wh: float = 0.0


class ButtonBody(_Body):
    """Somebody presses the button on a plug."""

    on: bool


class FaultBody(_Body):
    """A plug misbehaves."""

    fault: str
    delay_s: Annotated[float, Field(ge=0, le=60)] = 0.0


class LedgerBody(BaseModel):
    """Prices per kWh of import, and limits."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    prices: Rates
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplianceState:
    """One appliance now, as far as its kind has it."""

    on: bool
    power_w: float
    energy_wh: float
    temperature_c: float | None = None
    level_wh: float | None = None
    plugged: bool | None = None
    programme_id: ProgrammeId | None = None
    running: bool | None = None


class HomeControl:
    """Turns requests into happenings in the house, at the present of the clock."""

    def __init__(
        self, spec: HouseSpec, house: House, plugs: Mapping[DeviceId, FakePlug], clock: Clock
    ) -> None:
        """Stand beside the house; ``application`` makes the service."""
        self._spec, self._house, self._plugs, self._clock = spec, house, plugs, clock

    def application(self) -> web.Application:
        """The service, not yet listening."""
        made = web.Application(client_max_size=MOST_BYTES)
        for path, handler in self._commands().items():
            made.router.add_post(path, self._answering(handler))
        made.router.add_get("/state", self._answering(lambda _: self.state()))
        made.router.add_get("/record", self._answering(lambda _: plain(HouseRecord, self.record())))
        return made

    def record(self) -> HouseRecord:
        """Every meter up to now."""
        self._house.advance(self._clock.now())
        return record_of(self._house)

    def comparison(self, prices: Rates, limits: tuple[Limit, ...] = ()) -> Comparison:
        """The bill up to now, beside the same time without a router."""
        record = self.record()
        alone = live_without_router(self._spec, self._house.start, record.until, self._house.happenings)
        baseline = settle(record_of(alone), prices, limits)
        return compare(settle(record, prices, limits), baseline, prices)

    def state(self) -> dict[str, Any]:
        """The present and every appliance in it."""
        self._house.advance(self._clock.now())
        devices = self._house.appliances.items()
        return {
            "now": self._clock.now().isoformat(),
            "base_w": self._house.base.power_w,
            "devices": {key: plain(ApplianceState, _state(one)) for key, one in devices},
        }

    def _commands(self) -> dict[str, Handler]:
        return {
            "/load": self._load,
            "/plug_in": self._plug_in,
            "/unplug": self._unplug,
            "/button": self._button,
            "/fault": self._fault,
            "/ledger": self._ledger,
        }

    def _answering(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Time stands while a request is answered."""

        async def answer(request: web.Request) -> web.Response:
            with self._clock.working():
                try:
                    return web.json_response(handler(await request.read()))
                except DrrouterError as error:
                    return web.json_response({"error": error.sentence}, status=400)

        return answer

    def _load(self, data: bytes) -> Any:
        body = _read(LoadBody, data)
        return self._happens(HappeningKind.LOAD, body.device, ProgrammeId(body.programme))

    def _plug_in(self, data: bytes) -> Any:
        body = _read(PlugInBody, data)
        return self._happens(HappeningKind.PLUG_IN, body.device, energy_wh=body.level_wh)

    def _unplug(self, data: bytes) -> Any:
        body = _read(UnplugBody, data)
        return self._happens(HappeningKind.UNPLUG, body.device, energy_wh=body.needed_wh)

    def _button(self, data: bytes) -> Any:
        body = _read(ButtonBody, data)
        self._plug(body.device).answers.switch(body.on)
        return self._state_of(body.device)

    def _fault(self, data: bytes) -> Any:
        body = _read(FaultBody, data)
        plug = self._plug(body.device)
        plug.fault, plug.delay_s = _fault_named(body.fault), body.delay_s
        return {"fault": plug.fault.name.lower()}

    def _ledger(self, data: bytes) -> Any:
        body = _read(LedgerBody, data)
        return plain(Comparison, self.comparison(body.prices, body.limits))

    def _happens(
        self,
        kind: HappeningKind,
        device: str,
        programme_id: ProgrammeId | None = None,
        energy_wh: float = 0.0,
    ) -> Any:
        at = self._clock.now()
        self._house.do(Happening(at, kind, DeviceId(device), programme_id, energy_wh))
        return self._state_of(device)

    def _state_of(self, device: str) -> Any:
        return plain(ApplianceState, _state(self._house.appliance(DeviceId(device))))

    def _plug(self, device: str) -> FakePlug:
        self._house.appliance(DeviceId(device))
        return self._plugs[DeviceId(device)]


def _read(kind: type[Body], data: bytes) -> Body:
    """The request's body.

    Raises:
        MessageError: it is not what the path asks for.
    """
    parse(data, WHERE)
    body: Body = decode(kind, data, WHERE)
    return body


def _fault_named(name: str) -> Fault:
    """The fault of that name.

    Raises:
        MessageError: there is none.
    """
    try:
        return Fault[name.upper()]
    except KeyError as error:
        known = ", ".join(fault.name.lower() for fault in Fault)
        raise MessageError(WHERE, "fault", f"there is no fault {name!r}", f"Known are: {known}") from error


def _state(appliance: Appliance) -> ApplianceState:
    """What can be seen of an appliance."""
    on, power_w, energy_wh = appliance.supplied, appliance.power_w, appliance.meter.total_wh
    match appliance:
        case CycleMachine(cycle=cycle):
            running = cycle is not None and cycle.started_at is not None
            programme_id = cycle.programme_id if cycle else None
            return ApplianceState(on, power_w, energy_wh, programme_id=programme_id, running=running)
        case Car(level_wh=level_wh, plugged=plugged):
            return ApplianceState(on, power_w, energy_wh, level_wh=level_wh, plugged=plugged)
    degrees = appliance.temperature_c if isinstance(appliance, Thermal) else None
    return ApplianceState(on, power_w, energy_wh, temperature_c=degrees)
