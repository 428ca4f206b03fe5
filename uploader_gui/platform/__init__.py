"""What differs from one operating system to the next, each file one matter; the engine needs none of it."""
