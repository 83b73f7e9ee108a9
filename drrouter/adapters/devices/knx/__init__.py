"""KNX: actuators and meters of a wired bus, through a KNX/IP interface or router, by xknx.

    owner's group addresses -> bus (one tunnel) <--UDP--> gateway <--> actuators, meters

A bus cannot be asked what hangs on it; group addresses come from the ETS project and stand in the home file.
So ``discover`` lists the devices of the home file that answer. Values arrive as actuators send them; what is
not sent by itself is asked for now and then, and few telegrams are spent, for the bus carries about twenty a
second.

A command is a GroupValueWrite. It counts as done once the actuator's state object says so, and as refused
where the state says something else.

KNX has no timer that the router could lean on (staircase functions are set in ETS, per channel), so
``Instruction.fail_safe`` is carried out by the router while it lives, and by nobody while it does not.
"""
