"""The programmes that an appliance offers in its Power Profile cluster (0x001A), read and turned into ours.

Source: ZCL 8, 3.17; what is lost on the way is told by ``objectmodel.foreign.zigbee``.
"""

from typing import Any

from drrouter.adapters.devices.zigbee.asking import command, read
from drrouter.adapters.devices.zigbee.clusters.power_profile import PROFILE_REQUEST, OurPowerProfile
from drrouter.domain.flexibility import Programme
from drrouter.errors import DeviceSilentError, MessageError
from drrouter.objectmodel.foreign.phases import as_programme
from drrouter.objectmodel.foreign.zigbee import EnergyPhase, PowerProfile, program_of

TOTAL, FORMATTING = 0x0000, 0x0002
MOST = 32
"""So many profiles are read of one appliance, whatever it says."""


async def power_profiles(cluster: OurPowerProfile, timeout_s: float) -> tuple[PowerProfile, ...]:
    """All that the appliance has.

    Raises:
        DeviceSilentError, DeviceRefusedError: as asking does.
    """
    total = (await read(cluster, [TOTAL], timeout_s)).get(TOTAL, 0)
    numbers = range(1, min(int(total), MOST) + 1)
    return tuple([await power_profile(cluster, number, timeout_s) for number in numbers])


async def power_profile(cluster: OurPowerProfile, number: int, timeout_s: float) -> PowerProfile:
    """One of them, by its number.

    Raises:
        DeviceSilentError, DeviceRefusedError: as asking does.
    """
    answer = await command(cluster, PROFILE_REQUEST, number, timeout_s=timeout_s)
    try:
        phases = tuple(_phase(record) for record in answer.transfer_phases)
        return PowerProfile(int(answer.total_profile_num), int(answer.power_profile_id), phases)
    except (AttributeError, TypeError) as error:
        raise DeviceSilentError("its answer is no power profile") from error


async def programme(
    cluster: OurPowerProfile, number: int, timeout_s: float
) -> tuple[PowerProfile, Programme]:
    """One of them as the appliance states it, and as ours; a phase draws its mean power.

    Raises:
        DeviceSilentError, DeviceRefusedError: as asking does, and where it is no programme that can run.
    """
    profile = await power_profile(cluster, number, timeout_s)
    formatting = (await read(cluster, [FORMATTING], timeout_s)).get(FORMATTING, 0)
    try:
        program = program_of(profile, int(formatting))
    except MessageError as error:
        raise DeviceSilentError(error.sentence) from error
    return profile, as_programme(program)


def _phase(record: Any) -> EnergyPhase:
    return EnergyPhase(
        int(record.energy_phase_id),
        int(record.macro_phase_id),
        int(record.expected_duration),
        int(record.peak_power),
        int(record.energy),
        int(record.max_activation_delay),
    )
