"""The engine: queue, batching, transfers, journal. Knows no Qt, no settings file and no platform paths."""
