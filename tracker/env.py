"""Settings from the environment: typed, secrets also from files, nothing ignored.

All faults are collected and told at once. Messages name the variable and never print its value
where that value can be a secret.
"""

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


class Environment:
    """The variables of one process, read once by ``settings.py``. An empty value is none."""

    def __init__(self, variables: Mapping[str, str], prefix: str) -> None:
        self.variables = variables
        self.prefix = prefix
        self.known: set[str] = set()
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        self.known.add(name)
        return self.variables.get(name, "").strip() or default

    def choice(self, name: str, default: str, choices: Sequence[str]) -> str:
        value = self.text(name, default)
        if value in choices:
            return value
        self.faults.append(f"{name} is '{value}': choose one of {', '.join(choices)}.")
        return default

    def boolean(self, name: str, default: bool) -> bool:
        value = self.text(name, "1" if default else "0").lower()
        if value not in TRUE | FALSE:
            self.faults.append(f"{name} is '{value}': say 1 for yes or 0 for no.")
            return default
        return value in TRUE

    def integer(self, name: str, default: int, minimum: int = 0) -> int:
        value = self.text(name, str(default))
        if re.fullmatch(r"[0-9]{1,9}", value) and int(value) >= minimum:
            return int(value)
        self.faults.append(f"{name} is '{value}': a whole number of at least {minimum} is needed.")
        return default

    def words(self, name: str, default: Sequence[str] = ()) -> list[str]:
        """A list with commas between its words."""
        words = [word.strip() for word in self.text(name).split(",")]
        return [word for word in words if word] or list(default)

    def duration(self, name: str, default: str) -> timedelta:
        """A number with its unit: ``500ms``, ``5s``, ``2m``, ``1h``, ``30d``; ``0`` is none."""
        value = self.text(name, default)
        match = re.fullmatch(r"([0-9]{1,9})(ms|s|m|h|d)|0", value)
        if not match:
            self.faults.append(f"{name} is '{value}': write a number and a unit, such as 5s or 2m.")
            return timedelta(0)
        return timedelta(seconds=int(match[1] or 0) * UNITS[match[2] or "s"])

    def secret(self, name: str) -> str:
        """A value that may instead stand in the file that ``<name>_FILE`` names."""
        value, path = self.text(name), self.text(f"{name}_FILE")
        if value and path:
            self.faults.append(f"{name} and {name}_FILE are both set: keep one of them.")
        if value or not path:
            return value
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as fault:
            reason = getattr(fault, "strerror", None) or "it is not UTF-8 text"
            self.faults.append(f"{name}_FILE names '{path}', which cannot be read: {reason}.")
            return ""
        if not value:
            self.faults.append(f"{name}_FILE names '{path}', which is empty.")
        return value

    def require(self, name: str, value: str, purpose: str) -> None:
        if not value and not any(fault.startswith(name) for fault in self.faults):
            self.faults.append(f"{name} is not set. {purpose} Set it or {name}_FILE.")

    def refuse_faults(self) -> None:
        """Call last: every variable that has not been read by now is unknown."""
        for name in sorted(self.variables):
            if name.startswith(self.prefix) and name not in self.known:
                self.faults.append(f"{name} is not a setting.{self.nearest(name)}")
        if self.faults:
            raise ImproperlyConfigured("\n".join(self.faults))

    def nearest(self, name: str) -> str:
        # Without the prefix, which makes all names alike.
        known = {known.removeprefix(self.prefix): known for known in sorted(self.known)}
        near = difflib.get_close_matches(name.removeprefix(self.prefix), known, n=1)
        return f" Did you mean {known[near[0]]}?" if near else ""


def load_or_create_secret(path: Path) -> str:
    """A random secret, made once for a debug installation and readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(os.urandom(48).hex(), encoding="ascii")
        try:
            # A link never replaces: of two processes that start together, both read the winner's.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
