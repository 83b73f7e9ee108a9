"""Demand Response and Load Control (0x0701), of which zigpy 2.4 knows only the name.

Source: Smart Energy (075356), D.2.
"""

import zigpy.types as t
from zigpy.zcl.foundation import BaseCommandDefs

from drrouter.adapters.devices.zigbee.clusters.questions import AskingCluster, make, saying

LOAD_CONTROL = 0x0701
LOAD_CONTROL_EVENT, CANCEL_EVENT, CANCEL_ALL_EVENTS = 0x00, 0x01, 0x02
REPORT_EVENT_STATUS, GET_SCHEDULED_EVENTS = 0x00, 0x01


class OurLoadControl(AskingCluster):
    """Events that ask a device to draw less; its server is the provider's side, here the router."""

    _skip_registry = True
    cluster_id = make.uint16_t(LOAD_CONTROL)
    ep_attribute = "smartenergy_drlc"
    asks = frozenset({REPORT_EVENT_STATUS, GET_SCHEDULED_EVENTS})

    class ServerCommandDefs(BaseCommandDefs):
        """What a device says to the provider's side."""

        report_event_status = saying(
            0x00,
            issuer_event_id=t.uint32_t,
            event_status=t.uint8_t,
            event_status_time=t.UTCTime,
            criticality_level_applied=t.uint8_t,
            cooling_setpoint_applied=t.uint16_t,
            heating_setpoint_applied=t.uint16_t,
            average_load_adjustment_applied=t.int8s,
            duty_cycle_applied=t.uint8_t,
            event_control=t.bitmap8,
            signature_type=t.uint8_t,
        )
        get_scheduled_events = saying(0x01, start_time=t.UTCTime, number_of_events=t.uint8_t)

    class ClientCommandDefs(BaseCommandDefs):
        """What the provider's side says."""

        load_control_event = saying(
            0x00,
            issuer_event_id=t.uint32_t,
            device_class=t.bitmap16,
            utility_enrolment_group=t.uint8_t,
            start_time=t.UTCTime,
            duration_min=t.uint16_t,
            criticality_level=t.uint8_t,
            cooling_temperature_offset=t.uint8_t,
            heating_temperature_offset=t.uint8_t,
            cooling_temperature_setpoint=t.int16s,
            heating_temperature_setpoint=t.int16s,
            average_load_adjustment=t.int8s,
            duty_cycle=t.uint8_t,
            event_control=t.bitmap8,
        )
        cancel_load_control_event = saying(
            0x01,
            issuer_event_id=t.uint32_t,
            device_class=t.bitmap16,
            utility_enrolment_group=t.uint8_t,
            cancel_control=t.bitmap8,
            effective_time=t.UTCTime,
        )
        cancel_all_load_control_events = saying(0x02, cancel_control=t.bitmap8)
