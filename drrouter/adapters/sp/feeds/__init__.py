"""Price feeds as a ``Provider``: a public or personal document with prices, fetched again and again.

    [[provider]]
    id = "market"
    kind = "feed"
    format = "entsoe_a44"
    url = "https://web-api.tp.entsoe.eu/api?documentType=A44&...&periodStart={from_compact}&periodEnd=..."
    area = "10YNL----------L"
    token_file = "entsoe-token"

What a document says becomes one event of prices that stays for good and is replaced as prices are published.
A price once published holds until another replaces it: a feed that fails, or answers with a login page, takes
nothing back. Fees and VAT are the tariff document's; the parsers are in ``drrouter.tariff.feeds``.
"""
