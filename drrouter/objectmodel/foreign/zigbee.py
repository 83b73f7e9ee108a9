"""Profiles as Zigbee's Power Profile cluster (0x001A) transfers them, and back: records and their bytes.

    one energy phase, 10 bytes, little endian
    +----------+---------+------------+---------+----------+----------------------+
    | phase id | macro   | duration   | peak    | energy   | max activation delay |
    | u8, 1..  | u8      | u16, min   | u16, W  | u16      | u16, min             |
    +----------+---------+------------+---------+----------+----------------------+

    ours                       Zigbee
    several programs           profiles 1, 2, ...; that they exclude one another is lost
    duration_s                 ends of phases to the nearest minute; a phase that vanishes so joins the next
    power_w                    peak power, up to the next whole W
    energy_wh                  to the nearest 1, 0.1, 0.01 or 0.001 Wh, as EnergyFormatting says; what exceeds
                               peak times rounded duration is cut, as the standard asks
    max_delay_s                down to the whole minute, where it may pause at all; that of the first is lost
    pausable_between           becomes "some phase may be delayed"
    ids, names, labels         lost; phases and profiles are numbered
    lines, lines_w, provenance lost
    minutes_w                  phases of equal power
    more than 200 phases       joined
    remote_start               not here: the PowerProfileRemoteControl bit of each profile's state
    resumes_after_power_cut    lost

    Zigbee                     ours
    macro phase id             lost
    delay 0xFFFF               0: the first phase is not delayed after another
    energy above peak x time   cut

Interpretation: the unit of the energy is Wh, shifted by the decimal digits of EnergyFormatting; NXP's manual
says joules, of which sixteen bits hold the work of seconds.

Source: ZCL 8, 3.17 (EN 50523), as in Silicon Labs' ``sl_zigbee_zcl_transferred_phase_t`` and NXP's
``tsCLD_PP_EnergyPhaseInfo``. zigpy 2.4 leaves the sixth field out and parses such records to garbage.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from drrouter.errors import MessageError
from drrouter.objectmodel.flexibility import Profile, Program
from drrouter.objectmodel.foreign.phases import Stretch, on_grid, phases_of, program_from

SENDER = "Zigbee Power Profile"
"""Who speaks, for sentences."""

NO_BOUND = 0xFFFF
"""The delay of a first phase, which follows no other."""

HIGHEST = 0xFFFE
"""The largest number of sixteen bits; the one above means that there is none."""

MOST_DECIMALS = 3

_RECORD = struct.Struct("<BBHHHH")
_HEAD = struct.Struct("<BBB")


@dataclass(frozen=True, slots=True)
class EnergyPhase:
    """One transferred phase, with the six fields of the standard in their order.

    Attributes:
        expected_duration: in minutes.
        peak_power: in W.
        energy: in the unit that EnergyFormatting says.
        max_activation_delay: how long it may wait after the phase before, in minutes; 0xFFFF for the first.
    """

    energy_phase_id: int
    macro_phase_id: int
    expected_duration: int
    peak_power: int
    energy: int
    max_activation_delay: int


@dataclass(frozen=True, slots=True)
class PowerProfile:
    """The payload of PowerProfileResponse and PowerProfileNotification.

    Attributes:
        total_profile_num: how many the device has.
        power_profile_id: which of them this is, from 1.
    """

    total_profile_num: int
    power_profile_id: int
    phases: tuple[EnergyPhase, ...]

    def to_bytes(self) -> bytes:
        """As it goes over the air."""
        head = _HEAD.pack(self.total_profile_num, self.power_profile_id, len(self.phases))
        return head + b"".join(_RECORD.pack(*astuple(phase)) for phase in self.phases)


def profile_from_bytes(payload: bytes) -> PowerProfile:
    """The payload taken apart.

    Raises:
        MessageError: it is shorter or longer than it says.
    """
    if len(payload) < _HEAD.size:
        raise MessageError(SENDER, "", f"{len(payload)} bytes are no power profile")
    total, profile_id, count = _HEAD.unpack_from(payload)
    records = payload[_HEAD.size :]
    if len(records) != count * _RECORD.size:
        raise MessageError(
            SENDER, "", f"{count} phases should take {count * _RECORD.size} bytes, not {len(records)}"
        )
    return PowerProfile(
        total, profile_id, tuple(EnergyPhase(*fields) for fields in _RECORD.iter_unpack(records))
    )


def power_profiles(profile: Profile) -> tuple[tuple[PowerProfile, ...], int]:
    """All programs as power profiles, and the attribute EnergyFormatting that tells how to read them.

    Raises:
        MessageError: a phase draws or consumes more than sixteen bits can say.
    """
    rounded = [on_grid(phases_of(program), 60.0) for program in profile.programs]
    decimals = _decimals(max(phase.energy_wh or 0.0 for phases in rounded for phase in phases))
    total = len(rounded)
    profiles = tuple(
        PowerProfile(total, number, _records(phases, decimals)) for number, phases in enumerate(rounded, 1)
    )
    return profiles, formatting(decimals)


def formatting(decimals: int) -> int:
    """The attribute EnergyFormatting for so many digits right of the decimal point, of five in all.

    >>> f"{formatting(1):#04x}"
    '0xa1'
    """
    return 0x80 | (5 - decimals) << 3 | decimals


def program_of(power_profile: PowerProfile, energy_formatting: int) -> Program:
    """A power profile as a program of ours.

    Args:
        power_profile: as the device sent it.
        energy_formatting: the device's attribute of that name.

    Raises:
        MessageError: it has no phases, runs longer than a day or draws what no device does.
    """
    unit_wh = 10.0 ** -(energy_formatting & 0b111)
    stretches = [
        Stretch(
            60.0 * phase.expected_duration,
            float(phase.peak_power),
            phase.energy * unit_wh,
            0.0 if phase.max_activation_delay == NO_BOUND else 60.0 * phase.max_activation_delay,
        )
        for phase in power_profile.phases
    ]
    name = f"program_{power_profile.power_profile_id}"
    may_pause = any(stretch.max_delay_s for stretch in stretches[1:])
    return program_from(
        SENDER, name, f"Program {power_profile.power_profile_id}", stretches, may_pause=may_pause
    )


def profile_of(power_profiles: Sequence[PowerProfile], energy_formatting: int) -> Profile:
    """All power profiles of a device as one profile of ours; whether it may be started is not said here.

    Raises:
        MessageError: as of ``program_of``, or there are none.
    """
    if not power_profiles:
        raise MessageError(SENDER, "total_profile_num", "there is no power profile")
    programs = tuple(program_of(profile, energy_formatting) for profile in power_profiles)
    return Profile(kind="profile", programs=programs)


def _decimals(most_wh: float) -> int:
    """As many digits as the largest energy leaves room for.

    Raises:
        MessageError: even whole Wh are too many.
    """
    for decimals in range(MOST_DECIMALS, -1, -1):
        if round(most_wh * 10**decimals) <= HIGHEST:
            return decimals
    raise MessageError(SENDER, "energy", f"a phase of {most_wh:.0f} Wh is more than {HIGHEST} Wh")


def _records(phases: Sequence[Stretch], decimals: int) -> tuple[EnergyPhase, ...]:
    """The records of one profile."""
    if (most_w := max(phase.power_w for phase in phases)) > HIGHEST:
        raise MessageError(SENDER, "peak_power", f"{most_w:.0f} W are more than {HIGHEST} W")
    return tuple(
        EnergyPhase(
            energy_phase_id=number,
            macro_phase_id=1,
            expected_duration=round(phase.duration_s / 60),
            peak_power=math.ceil(phase.power_w),
            energy=round((phase.energy_wh or 0.0) * 10**decimals),
            max_activation_delay=NO_BOUND if number == 1 else math.floor(phase.max_delay_s / 60),
        )
        for number, phase in enumerate(phases, 1)
    )
