"""Money as Zigbee writes it: a whole number, its digits after the point, and the number of the currency.

Source: ISO 4217 (numbers of currencies); Smart Energy (075356), D.4.2.4.1.
"""

ANY = 999
"""The number that stands for "no currency"."""

NUMBERS = {
    "AUD": 36,
    "BRL": 986,
    "CAD": 124,
    "CHF": 756,
    "CNY": 156,
    "CZK": 203,
    "DKK": 208,
    "EUR": 978,
    "GBP": 826,
    "HUF": 348,
    "INR": 356,
    "JPY": 392,
    "KRW": 410,
    "NOK": 578,
    "NZD": 554,
    "PLN": 985,
    "RON": 946,
    "SEK": 752,
    "USD": 840,
    "ZAR": 710,
}

DIGITS = 4
LARGEST = 0xFFFFFFFE


def priced(amount: float, currency: str) -> tuple[int, int, int]:
    """Currency, amount and digits after the point; what is earned is written as 0, for there is no sign.

    >>> priced(0.4567, "EUR"), priced(-0.1, "XXX")
    ((978, 4567, 4), (999, 0, 4))
    """
    return NUMBERS.get(currency, ANY), max(0, min(round(amount * 10**DIGITS), LARGEST)), DIGITS
