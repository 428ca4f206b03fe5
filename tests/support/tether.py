"""Runs a program that has to die with the test run: `python tether.py PROGRAM ARGUMENT…`.

Its standard input is a pipe held by the test run; when that ends, however it ended, so does the program.
"""

import subprocess
import sys
import threading

PATIENCE = 1.0


def main(command: list[str]) -> int:
    """Run the command until it ends or our standard input does; return its exit status."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_input, args=(process,), daemon=True).start()
    return process.wait()


def _end_with_input(process: subprocess.Popen[bytes]) -> None:
    sys.stdin.buffer.read()
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
