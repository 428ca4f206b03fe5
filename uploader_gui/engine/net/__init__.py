"""HTTP as the engine needs it: clients, connections, watchdog, retries and the server's clock."""
