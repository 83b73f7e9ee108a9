"""What a Shelly answers to each method: its relays with their timers, its meters, its names.

    firmware = Firmware(Identity("AABBCC000001"), now=clock.now, relays=[Relay("Freezer", load)])
    firmware.call("Switch.Set", {"id": 0, "on": False, "toggle_after": 900})
    firmware.settle()                  # what is due by the clock happens: a timer flips its relay

Source: Shelly Gen2+ API: services Shelly and Switch; components Switch, EM and EMData.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

Json = dict[str, Any]


class RpcError(Exception):
    """A method failed, with the code and message of the protocol."""

    def __init__(self, code: int, message: str) -> None:
        """Keep both."""
        self.code = code
        super().__init__(message)


class Load(Protocol):
    """What hangs on a relay."""

    def set_supply(self, on: bool) -> None:
        """The relay gives power from now on, or cuts it."""
        ...

    def power_w(self) -> float:
        """What it draws now, in W."""
        ...

    def energy_wh(self) -> float:
        """What it has drawn so far, in Wh."""
        ...


class Mains(Protocol):
    """What flows through the connection of a home."""

    def lines_w(self) -> tuple[float, float, float]:
        """Of each line now, in W; given is negative."""
        ...

    def energies_wh(self) -> tuple[float, float]:
        """What was taken and what was given so far, in Wh."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device says of itself."""

    mac: str
    name: str = ""
    model: str = "SNSW-001P16EU"
    app: str = "Plus1PM"
    generation: int = 2

    @property
    def id(self) -> str:
        """As it calls itself, on the network too."""
        return f"shelly{self.app.lower()}-{self.mac.lower()}"


@dataclass(slots=True)
class Relay:
    """One relay, with the timer that flips it back."""

    name: str
    load: Load
    on: bool = False
    has_meter: bool = True
    source: str = "init"
    timer_at: datetime | None = None
    timer: timedelta = timedelta()


@dataclass(slots=True)
class Meter3:
    """A meter of three lines."""

    name: str
    mains: Mains


@dataclass
class Firmware:
    """One device from inside.

    Attributes:
        changed: called with the names of components whose status changed by itself or by a method.
    """

    identity: Identity
    now: Callable[[], datetime]
    relays: Sequence[Relay] = ()
    meters: Sequence[Meter3] = ()
    changed: Callable[[list[str]], None] = field(default=lambda _: None)

    def info(self, locked: bool = False) -> Json:
        """What it tells everybody."""
        mine = self.identity
        return {
            "name": mine.name or None,
            "id": mine.id,
            "mac": mine.mac,
            "slot": 0,
            "model": mine.model,
            "gen": mine.generation,
            "fw_id": "20240625-123119/1.3.3-gbdfd9b3",
            "ver": "1.3.3",
            "app": mine.app,
            "auth_en": locked,
            "auth_domain": mine.id if locked else None,
        }

    def call(self, method: str, given: Json) -> Json:
        """The result of a method.

        Raises:
            RpcError: there is no such method or component, or an argument is wrong.
        """
        self.settle()
        methods: dict[str, Callable[[Json], Json]] = {
            "Shelly.GetConfig": lambda _: self.config(),
            "Shelly.GetStatus": lambda _: self.status(),
            "Switch.Set": self._set,
            "Switch.GetStatus": lambda asked: self._relay_status(self._index(asked)),
        }
        if method not in methods:
            raise RpcError(404, f"No handler for {method}")
        return methods[method](given)

    def config(self) -> Json:
        """How everything is configured."""
        relays = {f"switch:{n}": {"id": n, "name": one.name or None} for n, one in enumerate(self.relays)}
        meters = {f"em:{n}": {"id": n, "name": one.name or None} for n, one in enumerate(self.meters)}
        system = {"device": {"name": self.identity.name or None, "mac": self.identity.mac}}
        return relays | meters | {"sys": system, "wifi": {}, "ble": {"enable": False}}

    def status(self) -> Json:
        """How everything is."""
        relays = {f"switch:{number}": self._relay_status(number) for number in range(len(self.relays))}
        meters: Json = {}
        for number, one in enumerate(self.meters):
            meters |= {
                f"em:{number}": _power(number, one.mains),
                f"emdata:{number}": _energy(number, one.mains),
            }
        return relays | meters | {"sys": {"mac": self.identity.mac, "unixtime": int(self.now().timestamp())}}

    def press(self, number: int) -> None:
        """A hand presses the button of a relay; a timer ends by it."""
        self.settle()
        self._flip(number, not self.relays[number].on, "button")

    def due(self) -> datetime | None:
        """When the next timer ends."""
        ends = [one.timer_at + one.timer for one in self.relays if one.timer_at]
        return min(ends, default=None)

    def settle(self) -> None:
        """Let every timer flip its relay that has ended by now."""
        for number, one in enumerate(self.relays):
            if one.timer_at and one.timer_at + one.timer <= self.now():
                self._flip(number, not one.on, "timer")

    def _set(self, given: Json) -> Json:
        number = self._index(given)
        on, after = given.get("on"), given.get("toggle_after")
        if not isinstance(on, bool) or (after is not None and not isinstance(after, int | float)):
            raise RpcError(-103, "Argument 'on' or 'toggle_after' is invalid!")
        was_on = self.relays[number].on
        self._flip(number, on, "WS_in", None if after is None else timedelta(seconds=after))
        return {"was_on": was_on}

    def _flip(self, number: int, on: bool, source: str, timer: timedelta | None = None) -> None:
        relay = self.relays[number]
        relay.timer_at, relay.timer = (None, timedelta()) if timer is None else (self.now(), timer)
        if on != relay.on:
            relay.on = on
            relay.load.set_supply(on)
        relay.source = source
        self.changed([f"switch:{number}"])

    def _index(self, given: Json) -> int:
        number = given.get("id")
        if not isinstance(number, int) or not 0 <= number < len(self.relays):
            raise RpcError(-105, f"Argument 'id', value {number} not found!")
        return number

    def _relay_status(self, number: int) -> Json:
        one = self.relays[number]
        shown: Json = {"id": number, "source": one.source, "output": one.on, "temperature": {"tC": 40.1}}
        if one.timer_at:
            shown |= {
                "timer_started_at": one.timer_at.timestamp(),
                "timer_duration": one.timer.total_seconds(),
            }
        if one.has_meter:
            power_w = one.load.power_w()
            energy = {"total": round(one.load.energy_wh(), 3), "by_minute": [0.0, 0.0, 0.0]}
            shown |= {"apower": round(power_w, 1), "voltage": 231.0, "current": round(power_w / 231, 3)}
            shown |= {"aenergy": energy}
        return shown


def _power(number: int, mains: Mains) -> Json:
    lines = dict(zip("abc", mains.lines_w(), strict=True))
    shown: Json = {"id": number, "total_act_power": round(sum(lines.values()), 1)}
    for name, power_w in lines.items():
        shown |= {f"{name}_act_power": round(power_w, 1), f"{name}_voltage": 231.0}
    return shown


def _energy(number: int, mains: Mains) -> Json:
    taken_wh, given_wh = mains.energies_wh()
    return {"id": number, "total_act": round(taken_wh, 2), "total_act_ret": round(given_wh, 2)}
