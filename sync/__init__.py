"""What every machine must agree on: facts, journal, chain, clock, exchange, catalogue, configuration."""

RELEASE = "0.1.0"
"""The release of the whole product: setup.cfg takes it from here, and every machine writes it in its facts."""
