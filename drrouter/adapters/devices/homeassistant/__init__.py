"""Whatever Home Assistant knows, over its WebSocket API and our own client: the cheapest way to many devices.

Entities are grouped to devices by Home Assistant's own registries; an entity without device is one by itself.
Driven are ``switch``, ``input_boolean`` and ``climate`` entities, on and off, and a ``number`` in W or kW.
Read are power, energy, voltage, temperature and level, by device class and unit, and whether a car is plugged
in. A device with several switches is listed once for each.

Discovery lists every device that the settings allow. Nothing is commanded unless the home file has it.

Home Assistant tells what changes. A value holds until it says another one, or that the entity is unavailable,
which is silence here. A command is carried out as a service call: Home Assistant's refusal is one, and after
its consent the state that the entity takes within ``timeout_s`` decides. A device behind a cloud that counts
its calls gets a pause of its own (``[[homeassistant.pause]]``).

There is no dead-man timer: what a device was told last, it keeps. ``Instruction.fail_safe`` is carried out by
the router while it lives, which restores the device when an instruction expires, and by nobody while it does
not.
"""
