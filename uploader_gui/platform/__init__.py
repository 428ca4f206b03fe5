"""What differs from one operating system to the next; the engine needs none of it."""
