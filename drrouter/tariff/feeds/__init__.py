"""Parsers of price feeds: the bytes of one document in, a series of prices per kWh out.

Nothing here fetches, waits or asks the time. What a document does not say is not guessed: an unknown unit, a
second currency or two prices for one instant end in one sentence. Each feed has its own room:

    entsoe_a44   ENTSO-E Transparency, day-ahead prices, XML      net, per MWh
    awattar      aWATTar DE/AT                                    net, per MWh
    octopus      Octopus Agile and its kin, paged                 with VAT, pence
    tibber       Tibber, GraphQL                                  with everything
    nord_pool    Nord Pool data portal                            net, per MWh
    energyzero   EnergyZero                                       as it was asked for
    midas        MIDAS 1 and 2, California                        prices, or g of CO2
    urdb         OpenEI URDB, a rate plan -> a tariff document    ``tariff_text``
"""

from drrouter.tariff.feeds.formats import FORMATS, FeedFormat, read_feed
from drrouter.tariff.feeds.prices import Asked, FeedPrices

__all__ = ["FORMATS", "Asked", "FeedFormat", "FeedPrices", "read_feed"]
