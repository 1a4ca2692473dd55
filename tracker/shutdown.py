"""Learning that the process is to stop, while the server's own handling goes on."""

import asyncio
import os
import signal
import socket
import threading

SIGNALS = {signal.SIGTERM, signal.SIGINT}
NONE = -1


def watch_signals(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    """Set the event at the first signal to stop; call it in the main thread.

    The server has handlers of its own, which Python lets nobody share. But the numbers of signals
    that arrive are also written to one file descriptor: they are read here and passed on.
    """
    received, written = socket.socketpair()
    written.setblocking(False)
    passed_on = signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)

    def watch() -> None:
        # The names keep both ends open for as long as the process lives.
        while written.fileno() != NONE and (numbers := received.recv(64)):
            if passed_on != NONE:
                os.write(passed_on, numbers)
            if SIGNALS.intersection(numbers):
                loop.call_soon_threadsafe(stopping.set)

    threading.Thread(target=watch, name="signals", daemon=True).start()
