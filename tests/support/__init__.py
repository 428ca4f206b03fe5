"""What the tests run against: servers, certificates, files, a keyring. It imports nothing of the program."""
