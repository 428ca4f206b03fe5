"""The journal: all SQL, and the file it works on."""
