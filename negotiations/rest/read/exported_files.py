"""Files that are complete before their first byte is sent.

The database is read at our own speed into a temporary file; how slowly a client reads that concerns
neither a transaction nor a thread. Requests for the same state of the same thing share one file.
"""

import errno
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from negotiations.rest.http.client_slots import SlotPool
from negotiations.rest.http.problem_details import ProblemError

Build = Callable[[], Iterator[bytes]]

# Files that are being made keep a thread and a connection each.
BUILD_SLOTS = SlotPool("exports in preparation", most=2, most_each=1)
SEND_SLOTS = SlotPool("exports", most=64, most_each=4)
# Files that differ, together on the disk.
MAX_DISK_BYTES = 2**30


@dataclass(eq=False)
class SharedFile:
    """One temporary file, without a name, which goes away with its last reader."""

    file: IO[bytes]
    size: int
    readers: int = 0


class SharedFileReader:
    """One reader's view of a shared file."""

    def __init__(self, shared: SharedFile, release: Callable[[], None]) -> None:
        self.shared, self.release = shared, release
        self.position = 0
        self.is_open = True

    @property
    def size(self) -> int:
        return self.shared.size

    def read(self, size: int) -> bytes:
        """The next bytes; none at the end."""
        piece = os.pread(self.shared.file.fileno(), size, self.position)
        self.position += len(piece)
        return piece

    def close(self) -> None:
        """Let go of the file; a second time does nothing."""
        if self.is_open:
            self.is_open = False
            self.release()


@dataclass
class ExportedFiles:
    """The files of a process that are being sent."""

    files: dict[str, SharedFile] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, tag: str, client: str, build: Build, most_bytes: int) -> SharedFileReader:
        """Return the file with this strong tag, made now unless it is being sent already."""
        place = SEND_SLOTS.take(client)
        try:
            shared = self._find(tag)
            if shared is None:
                with BUILD_SLOTS.take(client):
                    shared = self._add(tag, self._write(build, most_bytes))
        except BaseException:
            place.release()
            raise

        def release() -> None:
            place.release()
            self._release(tag, shared)

        return SharedFileReader(shared, release)

    def _find(self, tag: str) -> SharedFile | None:
        with self.lock:
            shared = self.files.get(tag)
            if shared is not None:
                shared.readers += 1
            return shared

    def _add(self, tag: str, made: SharedFile) -> SharedFile:
        with self.lock:
            shared = self.files.setdefault(tag, made)
            shared.readers += 1
        if shared is not made:
            made.file.close()
        return shared

    def _release(self, tag: str, shared: SharedFile) -> None:
        with self.lock:
            shared.readers -= 1
            if not shared.readers:
                del self.files[tag]
                shared.file.close()

    def _write(self, build: Build, most_bytes: int) -> SharedFile:
        with self.lock:
            on_disk = sum(shared.size for shared in self.files.values())
        if on_disk > MAX_DISK_BYTES:
            raise SEND_SLOTS.refusal("unavailable", "Too many exports are being sent.")
        file = tempfile.TemporaryFile()  # noqa: SIM115
        size = 0
        try:
            for piece in build():
                size += len(piece)
                if size > most_bytes:
                    detail = f"The file would have more than {most_bytes:,} bytes."
                    raise ProblemError(
                        "too_costly", f"{detail} Narrow the filters or ask for less."
                    )
                file.write(piece)
            file.flush()
        except BaseException as error:
            file.close()
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise SEND_SLOTS.refusal("unavailable", "There is no room for the file.") from error
            raise
        return SharedFile(file, size)


EXPORTED_FILES = ExportedFiles()
