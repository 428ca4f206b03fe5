"""The stand-in service, tried from outside: over sockets, with botocore and Qt as judges."""
