"""Devices behind an MQTT broker, through aiomqtt: Tasmota, Zigbee2MQTT, and all that announce themselves.

Three dialects are understood; each tells which devices there are, on which topics they speak, and how they
are told. A device that announces itself in two of them is listed once, by the first of

- Tasmota's own discovery (``tasmota/discovery/<mac>/config`` and ``/sensors``),
- Zigbee2MQTT's list (``zigbee2mqtt/bridge/devices``),
- Home Assistant's format (``homeassistant/<component>/[<node>/]<object>/config``, and one message for a whole
  device under ``homeassistant/device/<id>/config``).

Driven are switches, and a number that sets a power in W or kW. Read are power, energy, voltage, temperature
and level, by device class and unit. Value templates are no code here: a small grammar knows the common forms,
and an entity with another is left out and said so. A device with several switches is listed once for each.

A command goes out once, with QoS 0 and not retained, so that no broker keeps it for later. What the device
states on its topic within ``timeout_s`` decides: that state is done, another is refused, none is silent.
Without a broker every command is silent at once.

MQTT has no dead-man timer: what a device was told last, it keeps. ``Instruction.fail_safe`` is carried out by
the router while it lives, which restores the device when an instruction expires, and by nobody while it does
not.
"""
