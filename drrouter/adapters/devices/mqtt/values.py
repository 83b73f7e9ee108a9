"""Turns a message of a device into readings: the state of its switch, its setpoint, and what it measures."""

import math
from collections.abc import Iterator
from datetime import datetime

from drrouter.adapters.devices.gate import IDLE_W, judged
from drrouter.adapters.devices.mqtt.entities import Described
from drrouter.adapters.devices.mqtt.payload import Payload
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quality, Quantity, Reading


def readings_of(
    device_id: DeviceId, device: Described, topic: str, payload: Payload, at: datetime, on: bool | None
) -> Iterator[Reading]:
    """All that one message says.

    A message that the broker kept from before may be days old: what it says of power is an estimate only.

    Args:
        device_id: whose it is in the home file.
        device: what it can say, and where.
        topic: where it was said.
        payload: what was said.
        at: when it came.
        on: whether its switch was on so far, None where that is not known or there is none.
    """
    if device.relay and (state := device.relay.state(topic, payload)) is not None:
        on = state
        yield Reading(device_id, Quantity.SWITCH, float(on), at)
    if device.knob and device.knob.source.topic == topic:
        value = device.knob.source.template.number(payload)
        if value is not None:
            yield judged(device_id, Quantity.SETPOINT_W, value * device.knob.dial.watts, at)
    for quantity, value in _measured(device, topic, payload):
        idle = IDLE_W if quantity is Quantity.POWER_W and on is False else None
        reading = judged(device_id, quantity, value, at, idle)
        if payload.retained and quantity is Quantity.POWER_W and reading.quality is Quality.OK:
            reading = Reading(device_id, quantity, value, at, Quality.ESTIMATED)
        yield reading


def _measured(device: Described, topic: str, payload: Payload) -> Iterator[tuple[Quantity, float]]:
    """Each quantity that the message states, in our units; NaN where its value is no number."""
    for sensor in device.sensors:
        for source in sensor.sources:
            value = source.template.number(payload) if source.topic == topic else None
            if value is not None:
                yield sensor.scale.quantity, math.nan if math.isnan(value) else sensor.scale.of(value)
                break
