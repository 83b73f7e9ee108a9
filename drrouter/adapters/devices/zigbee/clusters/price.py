"""Price (0x0700), of which zigpy 2.4 knows only the name: the commands by which a price reaches a device.

Left out are block tariffs, conversion factors and everything that other currencies of energy need.
Source: Smart Energy (075356), D.4.
"""

import zigpy.types as t
from zigpy.zcl.foundation import BaseCommandDefs

from drrouter.adapters.devices.zigbee.clusters.questions import AskingCluster, make, saying

PRICE = 0x0700
PUBLISH_PRICE = 0x00
GET_CURRENT_PRICE, GET_SCHEDULED_PRICES, PRICE_ACKNOWLEDGEMENT = 0x00, 0x01, 0x02


class OurPrice(AskingCluster):
    """The price of energy; its server is the provider's side, here the router."""

    _skip_registry = True
    cluster_id = make.uint16_t(PRICE)
    ep_attribute = "smartenergy_price"
    asks = frozenset({GET_CURRENT_PRICE, GET_SCHEDULED_PRICES})

    class ServerCommandDefs(BaseCommandDefs):
        """What a device asks of the provider's side."""

        get_current_price = saying(0x00, command_options=t.bitmap8)
        get_scheduled_prices = saying(0x01, start_time=t.UTCTime, number_of_events=t.uint8_t)
        price_acknowledgement = saying(
            0x02,
            provider_id=t.uint32_t,
            issuer_event_id=t.uint32_t,
            price_ack_time=t.UTCTime,
            control=t.bitmap8,
        )

    class ClientCommandDefs(BaseCommandDefs):
        """What the provider's side says."""

        publish_price = saying(
            0x00,
            provider_id=t.uint32_t,
            rate_label=make.LimitedCharString(12),
            issuer_event_id=t.uint32_t,
            current_time=t.UTCTime,
            unit_of_measure=t.uint8_t,
            currency=t.uint16_t,
            price_trailing_digit_and_tier=t.bitmap8,
            price_tiers_and_register_tier=t.bitmap8,
            start_time=t.UTCTime,
            duration_min=t.uint16_t,
            price=t.uint32_t,
            **{"price_ratio?": t.uint8_t},
            **{"generation_price?": t.uint32_t},
        )
