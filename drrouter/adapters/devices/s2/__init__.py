"""Devices that speak S2 (EN 50491-12-2, JSON over WebSocket): drrouter is their energy manager (CEM).

    resource manager --ws(s)://home:8003/s2/<id>, Bearer <token>--> server -> link -> session -> device

The resource manager connects, so nothing is looked for: ``discover`` lists who is connected. Who is not
listed in the home file is refused. Every message that comes is answered by its ReceptionStatus, and every
message that goes out waits for its own; instructions wait for their InstructionStatusUpdate, too.

    room    control type        told
    pebc    power envelope      a power that it may not exceed; it ends by itself
    ppbc    power profile       to start the cycle that is offered, to pause and to go on
    ombc    operation modes     a mode
    frbc    fill rate           a mode and the factor within it
    ddbc    demand              a mode and the factor within it
"""
