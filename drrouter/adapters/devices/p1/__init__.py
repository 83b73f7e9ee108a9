"""The P1 port of smart meters (Netherlands, Belgium, Luxembourg, Austria, Sweden), through dsmr-parser.

A meter only talks: nothing can be asked of it or told to it, so there is no fail-safe to speak of, and every
instruction is impossible. Each meter of the table ``[p1]`` has one line, a serial port or a TCP connection to
a gateway, which ``serve`` keeps open and opens again whenever it was lost. A telegram counts only as a whole:
one whose checksum is wrong, or that never ends, is thrown away and costs no memory.

Gas, water and heat counters that the meter passes on are read too. The router has no use for them yet; the
device keeps the newest of each in ``counters``.

Meters of Luxembourg and Austria seal their telegrams; with the key that the grid operator gives to the owner
they are opened here.
"""
