"""Power Profile (0x001A) where zigpy 2.4 is wrong: phases have six fields, states have records.

Left to the library are its attributes and the commands that it describes rightly.
Source: ZCL 8, 3.17, as in Silicon Labs' ``sl_zigbee_zcl_transferred_phase_t`` and NXP's
``tsCLD_PP_EnergyPhaseInfo``.
"""

import zigpy.types as t
from zigpy.zcl.clusters.general import PowerProfile, PowerProfileType, ScheduleRecord
from zigpy.zcl.foundation import BaseCommandDefs

from drrouter.adapters.devices.zigbee.clusters.questions import AskingCluster, saying

PROFILE_REQUEST, STATE_REQUEST = 0x00, 0x01
PRICE_RESPONSE, OVERALL_PRICE_RESPONSE = 0x02, 0x03
SCHEDULE_NOTIFICATION, SCHEDULE_RESPONSE = 0x04, 0x05
CONSTRAINTS_REQUEST, EXTENDED_PRICE_RESPONSE = 0x06, 0x08
"""What we say."""

GET_PRICE, GET_OVERALL_PRICE, GET_SCHEDULE, GET_EXTENDED_PRICE = 0x03, 0x05, 0x06, 0x0B
"""What a device asks."""


class TransferredPhase(t.Struct):
    """One energy phase."""

    energy_phase_id: t.uint8_t
    macro_phase_id: t.uint8_t
    expected_duration: t.uint16_t
    peak_power: t.uint16_t
    energy: t.uint16_t
    max_activation_delay: t.uint16_t


_PROFILE = {
    "total_profile_num": t.uint8_t,
    "power_profile_id": t.uint8_t,
    "transfer_phases": t.LVList[TransferredPhase, t.uint8_t],
}
_STATES = {"power_profiles": t.LVList[PowerProfileType, t.uint8_t]}
_SCHEDULE = {"power_profile_id": t.uint8_t, "scheduled_phases": t.LVList[ScheduleRecord, t.uint8_t]}


class OurPowerProfile(AskingCluster, PowerProfile):
    """The corrected cluster; its server is the appliance."""

    _skip_registry = True
    asks = frozenset({GET_PRICE, GET_OVERALL_PRICE, GET_SCHEDULE, GET_EXTENDED_PRICE})

    class ClientCommandDefs(BaseCommandDefs):
        """What the appliance says."""

        power_profile_notification = saying(0x00, **_PROFILE)
        power_profile_response = saying(0x01, **_PROFILE)
        power_profile_state_response = saying(0x02, **_STATES)
        get_power_profile_price = saying(0x03, power_profile_id=t.uint8_t)
        power_profile_state_notification = saying(0x04, **_STATES)
        get_overall_schedule_price = saying(0x05)
        energy_phases_schedule_request = saying(0x06, power_profile_id=t.uint8_t)
        energy_phases_schedule_state_response = saying(0x07, **_SCHEDULE)
        energy_phases_schedule_state_notification = saying(0x08, **_SCHEDULE)
        power_profile_schedule_constraints_notification = saying(
            0x09,
            power_profile_id=t.uint8_t,
            start_after=t.uint16_t,
            stop_before=t.uint16_t,
        )
        power_profile_schedule_constraints_response = saying(
            0x0A,
            power_profile_id=t.uint8_t,
            start_after=t.uint16_t,
            stop_before=t.uint16_t,
        )
        get_power_profile_price_extended = saying(
            0x0B,
            options=t.bitmap8,
            power_profile_id=t.uint8_t,
            **{"power_profile_start_time?": t.uint16_t},
        )
