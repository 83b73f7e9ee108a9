"""What a strip of several metered sockets (HS300) answers to each command, as JSON.

A command that names sockets in its context is meant for those; one to the relay without any for all of them.
The meter answers for one socket at a time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from drrouter.sim.wire.kasa.answers import ARGUMENT_INVALID, MODULE_UNKNOWN, Answers, Json, Load, PlugIdentity


@dataclass(frozen=True, slots=True)
class Outlet:
    """One socket of a strip: what its owner calls it, and what hangs on it."""

    alias: str
    load: Load
    on: bool = False


class StripAnswers:
    """The strip's firmware; each socket is a plug of its own inside.

    Attributes:
        sockets: each with its relay and meter.
        ids: of the sockets, in the same order.
    """

    def __init__(
        self, identity: PlugIdentity, outlets: Sequence[Outlet], now: Callable[[], datetime]
    ) -> None:
        """Build it with these sockets."""
        self.identity = identity
        self.sockets = tuple(
            Answers(PlugIdentity(one.alias, identity.mac, identity.model), one.load, now, on=one.on)
            for one in outlets
        )
        own = self._sysinfo_of(self.sockets[0])["deviceId"]
        self.ids = tuple(f"{own}{number:02d}" for number in range(len(self.sockets)))

    def answer(self, request: Json) -> Json:
        """The answer to one request, module by module."""
        given = request.get("context")
        wanted = given.get("child_ids") if isinstance(given, dict) else None
        chosen = [one for name, one in zip(self.ids, self.sockets, strict=True) if name in (wanted or ())]
        rest = {module: commands for module, commands in request.items() if module != "context"}
        return {module: self._module(module, commands, chosen, wanted) for module, commands in rest.items()}

    def _module(self, module: str, commands: object, chosen: list[Answers], wanted: object) -> Json:
        if not isinstance(commands, dict):
            return MODULE_UNKNOWN
        if wanted is not None and not chosen:
            return dict.fromkeys(commands, ARGUMENT_INVALID)
        if module == "emeter" and len(chosen) != 1:
            return dict.fromkeys(commands, ARGUMENT_INVALID)
        answers = [one.answer({module: commands})[module] for one in chosen or self.sockets]
        if "get_sysinfo" in commands:
            answers[0]["get_sysinfo"] = {"err_code": 0} | self._sysinfo()
        last: Json = answers[0]
        return last

    def _sysinfo(self) -> Json:
        shown = self._sysinfo_of(self.sockets[0])
        for name in ("relay_state", "on_time", "active_mode", "next_action", "icon_hash", "dev_name"):
            del shown[name]
        children = [
            {
                "id": name,
                "state": int(one.on),
                "alias": one.identity.alias,
                "on_time": 0,
                "next_action": {"type": -1},
            }
            for name, one in zip(self.ids, self.sockets, strict=True)
        ]
        return shown | {"alias": self.identity.alias, "children": children, "child_num": len(children)}

    @staticmethod
    def _sysinfo_of(socket: Answers) -> Json:
        info: Json = socket.answer({"system": {"get_sysinfo": {}}})["system"]["get_sysinfo"]
        return info
