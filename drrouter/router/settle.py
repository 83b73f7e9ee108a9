"""Puts a proposal into its band: what the device is told in the end, and whose word that is."""

from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import ModesFlexibility, StorageFlexibility
from drrouter.domain.limit import Band
from drrouter.router.levers import Setpoint
from drrouter.router.schedule import Proposal


def settled(profile: DeviceProfile, proposal: Proposal, band: Band) -> Setpoint:
    """The proposal inside its band; the reason is the guard's where it leaves no choice."""
    flexibility, mode = profile.flexibility, proposal.mode
    power_w = band.clip(proposal.power_w)
    if isinstance(flexibility, ModesFlexibility):
        mode = _mode_within(flexibility, band, proposal)
        power_w = flexibility.modes[mode].power_w
    elif isinstance(flexibility, StorageFlexibility) and 0 < power_w < flexibility.min_power_w:
        power_w = 0.0
    forced = band.min_w == band.max_w or power_w != proposal.power_w
    reason = band.because if forced and band.because else proposal.reason
    return Setpoint(power_w, reason, mode, urgent=forced and bool(band.because))


def _mode_within(flexibility: ModesFlexibility, band: Band, proposal: Proposal) -> int:
    """The mode wished for where the band bears it, else the strongest below its top, else the weakest.

    A band that asks for power gives it the weakest mode that has as much.
    """
    modes = flexibility.modes
    wished = flexibility.normal if proposal.mode is None else proposal.mode
    numbers = sorted(range(len(modes)), key=lambda number: modes[number].power_w)
    if band.min_w <= modes[wished].power_w <= band.max_w:
        return wished
    if modes[wished].power_w < band.min_w:
        return next((n for n in numbers if modes[n].power_w >= band.min_w), numbers[-1])
    return next((n for n in reversed(numbers) if modes[n].power_w <= band.max_w), numbers[0])
