"""The fault matrix: whatever servers, disks and links do to a run, over real sockets and real files."""
