"""What happens to devices and what they were told, for journal and plans; see the package."""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        # what a device was told, to be read after its name
        "told.mode": "put into mode {mode}",
        "told.on": "switched on",
        "told.off": "switched off",
        "told.limited": "limited to {limit_w:.0f} W",
        "told.gives": "set to give {gives_w:.0f} W",
        "told.takes": "set to {takes_w:.0f} W",
        "told.set": "set",
        "device.told": "{name} {0}: {1}",
        "device.not_done": "{name} could not be {0}: {1}",
        # coming and going
        "device.gone": "{name} is gone: {0}",
        "device.unseen": "it has not been seen for {seconds:g} s",
        "device.no_answer": "{device}: no answer came within {seconds:g} seconds",
        "device.failed": "{device}: its integration failed ({fault})",
        "device.silent": "it has said nothing for {minutes:.0f} minutes",
        "device.here": "{name} is here.",
        "device.appeared": "{name} appeared",
        "device.back": "{name} draws power again",
        "device.not_back": "{name} was given its power back {minutes:.0f} minutes ago and draws none; look "
        "whether it works",
        "device.no_power": "{name} draws no power although it may.",
        # cycles
        "device.began": "{name} began its cycle",
        "device.runs": "{name} runs {programme}.",
        "device.done": "{name} is done",
        "device.armed": "{name} may be started: Remote Start was pressed",
        "device.disarmed": "{name} waits for you to press Remote Start on it",
        "device.learned": "{name}: {programme} was measured to take {minutes:.0f} minutes and "
        "{measured_kwh:kwh} "
        "(its maker says {makers_minutes:.0f} minutes and {makers_kwh:kwh}); plans go by that from now on.",
        # cars
        "car.here": "{name}: a car is here.",
        "car.arrived": "{name}: a car arrived",
        "car.flutters": "{name}: a car seems to come and go all the time, which is not followed until it "
        "rests; look "
        "at the plug.",
        "car.done": "{name}: the car is full or gone",
        # what people ask of a device
        "order.promised": "{name}: {programme} is promised for {at:clock}",
        "order.on": "{name} is switched on by {0} until {until:clock}",
        "order.off": "{name} is switched off by {0} until {until:clock}",
        "order.auto": "{name} is given back to the plan by {0}",
        "order.cycle": "{name}: {0} asks for {programme}, ready by {ready:clock}",
        "order.level": "{name}: {0} asks for a level of {level:g} by {ready:clock}",
        "order.nothing": "{name}: {0} asks for nothing",
        "device.may_join": "New {network} devices may join for {seconds:.0f} s, says {0}.",
        "device.join_no_more": "New {network} devices may join no more, says {0}.",
        "hand.over": "{name} is handed over to the router by {0}",
        "hand.back": "{name} is only watched from now on by {0}",
        "plug.begins": "The pull-plug test of {name} begins.",
        "plug.stopped": "The pull-plug test of {name} was stopped.",
        "plug.is_tested": "the plug of {name} is tested",
        "plug.ended": "the test of {name} was stopped",
        "plug.start": "Start the shortest programme of {name} with nothing in it that matters. The test "
        "goes on when it "
        "has drawn more than {watts:g} W for a minute.",
        "plug.unreachable": "The plug of {name} cannot be reached. Try again.",
        "plug.cut": "{name} is without power for {seconds:g} seconds.",
        "plug.not_started": "{name} was not started within two hours. Begin the test again when you are "
        "there.",
        "plug.stays_on": "The plug of {name} does not switch off, so nothing was learnt.",
        "plug.back": "Power is back. Do not touch {name}: it should go on by itself within five minutes.",
        "plug.resumed": "{name} went on by itself, so its plug may start it.",
        "plug.stays_off": "The plug of {name} does not switch on again. Press its button.",
        "plug.stayed_off": "{name} did not go on by itself; press its start button. Its plug cannot start "
        "it, so it is "
        "watched only.",
        "plug.because": "the pull-plug test",
        "plug.given_back": "it is given back to its owner with its power on",
    }
)
