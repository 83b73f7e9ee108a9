"""Which devices stand in the full home, by the integration that reaches each."""

from drrouter.sim.full import metered, switched
from drrouter.sim.full.piece import Piece

PIECES: tuple[Piece, ...] = (
    Piece("p1", "meter", "Electricity meter", "generic.meter_p1", metered.p1, stands=False),
    Piece("modbus", "roof", "Solar roof", "generic.pv_inverter", metered.sun, stands=False),
    Piece("modbus", "battery", "Home battery", "generic.battery_10kwh", metered.battery, stands=False),
    Piece("modbus", "heat_pump", "Heat pump", "generic.heat_pump_sg_ready", metered.heat_pump, stands=False),
    Piece("ocpp", "car", "Wallbox", "generic.charger_11kw", metered.car, stands=False),
    Piece("s2", "rod", "Heating rod", "generic.hot_water_rod", metered.rod, stands=False),
    Piece("kasa", "freezer", "Freezer", "tracebase.freezer_d36601", switched.kasa, level=-21.0),
    Piece("kasa", "dishwasher", "Dishwasher", "tracebase.dishwasher_995bac", switched.tapo),
    Piece("shelly", "washer", "Washing machine", "tracebase.washer_d31ffd", switched.shelly),
    Piece("mqtt", "refrigerator", "Refrigerator", "generic.refrigerator", switched.mqtt, level=5.0),
    Piece("knx", "pool_pump", "Pool pump", "generic.pool_pump", switched.knx),
    Piece("zigbee", "heater", "Heater", "generic.heater_movable", switched.zigbee),
    Piece("homeassistant", "cooler", "Cooler", "generic.cooler_movable", switched.homeassistant),
    Piece("zwave", "dryer", "Tumble dryer", "tracebase.dryer_b7e43d", switched.zwave),
)
"""At least one of each integration."""
