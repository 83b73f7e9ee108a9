"""Says in words what a device was told, and what of an order cannot be done."""

from drrouter.domain.flexibility import ModesFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction
from drrouter.domain.said import said
from drrouter.domain.signal import MessageKind
from drrouter.router.kinds import Kind, kind_of
from drrouter.router.levers import Lever, lever_of
from drrouter.router.registry import Seat

Gist = tuple[int, str]
"""Whether a set-point takes, rests or gives, and why: what is worth saying anew."""


def asked(seat: Seat, instruction: Instruction) -> str:
    """What it was told, to be read after its name: "switched off", "set to 1500 W"."""
    lever, watts, modes = lever_of(seat.state), instruction.power_w, seat.profile.flexibility
    if lever is Lever.MODE and instruction.mode is not None and isinstance(modes, ModesFlexibility):
        return said("told.mode", mode=modes.modes[instruction.mode].name)
    if lever is not Lever.POWER:
        return said("told.on" if watts > 0 else "told.off")
    if kind_of(seat.profile) is Kind.SUN:
        return said("told.limited", limit_w=-watts)
    return said("told.gives", gives_w=-watts) if watts < 0 else said("told.takes", takes_w=watts)


def refused(seat: Seat, instruction: Instruction) -> str:
    """What it did not let be done; a set-point without its figure, which changes all the time."""
    return said("told.set") if lever_of(seat.state) is Lever.POWER else asked(seat, instruction)


def gist(seat: Seat, instruction: Instruction) -> Gist | None:
    """What must change of a set-point to be noted again, for one that follows a meter changes all the time.

    None where every instruction is worth a note.
    """
    if lever_of(seat.state) is not Lever.POWER:
        return None
    watts = instruction.power_w
    return (watts > 0) - (watts < 0), instruction.reason


NOT_NOW = said("outcome.not_now")
"""All that a provider is told where orders of others, or their programmes, stand in its way."""


def not_obeyed(kind: MessageKind, member: DeviceId | None, payloads: dict[str, float | str]) -> str:
    """What cannot be done, in words."""
    if kind is MessageKind.OPTED_OUT:
        return said("outcome.out", member=member) if member else said("outcome.home_out")
    reason = payloads.get("reason")
    if member and reason == NOT_NOW:
        return said("outcome.in_part", member=member)
    if member and isinstance(reason, str):
        return said("outcome.not_stopped", reason, member=member)
    return said("outcome.excess", excess_w=float(payloads.get("excess_w", 0.0)))
