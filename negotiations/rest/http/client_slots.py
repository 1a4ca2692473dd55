"""Places for what lasts long, shared fairly among the clients of a process."""

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from .problem_details import ProblemError


@dataclass(eq=False)
class ClientSlot:
    """What one client holds until it gives it back, or until it has to leave for another."""

    places: "SlotPool"
    client: str
    # Called in the thread of the client that needs the place.
    leave: Callable[[], None] | None = None

    def release(self) -> None:
        """Give the place back; a second time does nothing."""
        self.places.remove(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.release()


@dataclass
class SlotPool:
    """So many in a process, and so many for each client.

    When all are taken, a client with fewer gets one of the client that has the most, if that one
    can be asked to leave.
    """

    purpose: str
    most: int
    most_each: int
    retry_after: int = 5
    held: dict[str, list[ClientSlot]] = field(default_factory=lambda: defaultdict(list))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, client: str, leave: Callable[[], None] | None = None) -> ClientSlot:
        """Return a place; 429 when the client has its share, 503 when all are taken."""
        place = ClientSlot(self, client, leave)
        with self.lock:
            own = len(self.held[client]) if client in self.held else 0
            if own >= self.most_each:
                raise self.refusal("too_many_at_once", f"You have {own} {self.purpose} open.")
            leaving = None
            if sum(map(len, self.held.values())) >= self.most:
                leaving = self._leaving(own)
                if leaving is None:
                    raise self.refusal("unavailable", f"All places for {self.purpose} are taken.")
                self._remove(leaving)
            self.held[client].append(place)
        if leaving is not None and leaving.leave is not None:
            leaving.leave()
        return place

    def refusal(self, code: str, detail: str) -> ProblemError:
        """The refusal, with when to try again."""
        retry_after = str(self.retry_after)
        detail = f"{detail} Try again in {retry_after} seconds."
        return ProblemError(code, detail, headers={"Retry-After": retry_after})

    def remove(self, place: ClientSlot) -> None:
        """Forget a place."""
        with self.lock:
            self._remove(place)

    def _remove(self, place: ClientSlot) -> None:
        if place in self.held.get(place.client, ()):
            self.held[place.client].remove(place)
            if not self.held[place.client]:
                del self.held[place.client]

    def _leaving(self, own: int) -> ClientSlot | None:
        """The oldest place of the client that has the most, if that is more than fair."""
        most = max(self.held.values(), key=len, default=[])
        if len(most) <= own + 1:
            return None
        return next((place for place in most if place.leave is not None), None)
