"""Sets the full home's stage: every fake listens, the home file tells of them, and a router starts on it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from drrouter.adapters.client import DrClient
from drrouter.adapters.clock.system import SystemClock
from drrouter.domain.ids import DeviceId
from drrouter.objectmodel import Catalogue, binding_of, flexibility_of, load_catalogue, with_parameters
from drrouter.sim.demo.panel_link import panel_link
from drrouter.sim.demo.processes import Processes
from drrouter.sim.full.piece import Piece, Setting, Wire
from drrouter.sim.house import ApplianceSpec, BaseSpec, House, HouseSpec

ZONE = "Europe/Amsterdam"
BASE_W = 250.0

_HOME = """schema = "drrouter.home/1"

[site]
name = "Full home"
time_zone = "{zone}"
currency = "EUR"
import_limit_w = 17250.0 # three lines of 25 A
base_load_w = {base_w}
latitude = 52.37 # so that the router knows when the sun shines on the roof
longitude = 4.9
pv = {{ peak_w = 4000.0 }}

[tariff]
id = "generic.nl_day_night"

[api]
port = {api_port}
"""


@dataclass(frozen=True, slots=True)
class FullStage:
    """A router at work in the full home.

    Attributes:
        wires: the open wire of each piece, by the piece's device.
        url, token: how people reach the router.
        panel: opens the panel, signed in as the owner, once.
    """

    processes: Processes
    pieces: Sequence[Piece]
    client: DrClient
    wires: Mapping[str, AsyncExitStack]
    url: str
    token: str
    panel: str


@asynccontextmanager
async def set_stage(folder: Path, pieces: Sequence[Piece], api_port: int) -> AsyncIterator[FullStage]:
    """Open every piece, write the home file and start the router; all ends with the context.

    Raises:
        DrrouterError: the router did not start; its last words are in the sentence.
    """
    clock, catalogue = SystemClock(), load_catalogue()
    house = House(HouseSpec(_appliances(pieces, catalogue), _base()), clock.now())
    setting = Setting(folder, house, clock)
    async with AsyncExitStack() as stack:
        wires: dict[str, AsyncExitStack] = {}
        told: list[Wire] = []
        for piece in pieces:
            wires[piece.device_id] = await stack.enter_async_context(AsyncExitStack())
            told.append(await wires[piece.device_id].enter_async_context(piece.open(setting)))
        home = write_home(folder, pieces, told, api_port)
        processes = await stack.enter_async_context(Processes(folder))
        router = await processes.start("router", "run", str(home))
        token = _first_line(router["token_file"])
        client = await stack.enter_async_context(DrClient(router["url"], token, clock))
        panel = await panel_link(client)
        yield FullStage(processes, pieces, client, wires, router["url"], token, panel)


def write_home(folder: Path, pieces: Sequence[Piece], wires: Sequence[Wire], api_port: int) -> Path:
    """Write the home file: the tables of the integrations, and one device for each piece."""
    parts = [_HOME.format(zone=ZONE, base_w=BASE_W, api_port=api_port)]
    tables: dict[str, list[str]] = {}
    for piece, wire in zip(pieces, wires, strict=True):
        tables.setdefault(piece.domain, []).append(wire.table)
    parts += [
        f"[{domain}]\nevery_s = 3\ngone_after_s = 9\n" + "\n".join(one) for domain, one in tables.items()
    ]
    parts += [_device(piece, wire) for piece, wire in zip(pieces, wires, strict=True)]
    path = folder / "home.toml"
    path.touch(mode=0o600)
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


def _device(piece: Piece, wire: Wire) -> str:
    """The entry of one device."""
    figures = ", ".join(f"{key} = {value}" for key, value in piece.parameters.items())
    lines = [
        "[[device]]",
        f'id = "{piece.device_id}"',
        f'name = "{piece.name}"',
        f'model = "{piece.model}"',
        f'integration = "{piece.domain}"',
        f"match = {wire.match}",
        *([f"parameters = {{ {figures} }}"] if figures else []),
        *([piece.more] if piece.more else []),
    ]
    return "\n".join(lines)


def _appliances(pieces: Sequence[Piece], catalogue: Catalogue) -> tuple[ApplianceSpec, ...]:
    """What stands in the house."""
    return tuple(_appliance(piece, catalogue) for piece in pieces if piece.stands)


def _appliance(piece: Piece, catalogue: Catalogue) -> ApplianceSpec:
    document = with_parameters(catalogue[piece.model], piece.parameters)
    return ApplianceSpec(
        DeviceId(piece.device_id),
        flexibility_of(document),
        level=piece.level,
        thermostat=binding_of(document).thermostat,
    )


def _base() -> BaseSpec:
    """What nobody shifts."""
    return BaseSpec((BASE_W,) * 24, ZoneInfo(ZONE), noise=0.2, seed=1)


def _first_line(path: str) -> str:
    return Path(path).read_text(encoding="utf-8").split("\n", 1)[0]
