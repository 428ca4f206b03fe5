"""A local stand-in for the service, so that anyone can try the program without an account."""
