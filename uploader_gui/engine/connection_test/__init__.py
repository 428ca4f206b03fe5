"""“Test connection”: checks the connection to the service step by step, in a thread of its own."""
