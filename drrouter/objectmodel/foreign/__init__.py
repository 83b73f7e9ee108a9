"""Object models in the words of other standards, and back: plain data, no protocol library.

    room       their words                                 ours
    s2_ppbc    S2 PPBC.PowerProfileDefinition              profile
    s2_frbc    S2 FRBC.SystemDescription, LeakageBehaviour storage
    s2_ombc    S2 OMBC.SystemDescription                   modes
    s2_pebc    S2 PEBC.PowerConstraints                    envelope
    s2_ddbc    S2 DDBC.SystemDescription                   demand
    zigbee     Zigbee Power Profile 0x001A, phases         profile
    matter     Matter Device Energy Management forecast    profile

Each room begins with a table of what is kept and what is lost. The tables are one page in
``docs/translations.md``, and the tests hold every line of them.

Interpretation: EN 50491-12-2 and IEC 63402 are not public; S2 is taken from its open JSON schema
(flexiblepower/s2-ws-json, 0.0.2-beta), Matter from the Application Cluster Specification 1.4, 9.2, and Zigbee
from ZCL 8, 3.17, as the published headers of Silicon Labs and NXP repeat it.
"""
