"""The demo's full home: at least one device of every integration, by real bytes on loopback, in real time.

drrouter demo --full          a router, and a home that it reaches in every way it knows
drrouter demo --full --json   the same, until every device is found and planned; then says so and ends
"""
