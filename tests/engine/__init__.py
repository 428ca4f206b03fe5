"""The engine, room by room, over real files and real sockets."""
