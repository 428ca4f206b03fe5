"""“Test connection”: looks at the way to the service step by step, beside the queue, in a thread of its own."""
