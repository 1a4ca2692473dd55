"""Log lines: one JSON object each, with the id of the request that caused it.

No line holds a query string, a body or a header: drafts and tokens stay out of the logs.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from negotiations.request_context import request_id


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get() or "-"
        return True


class JSONFormatter(logging.Formatter):
    """Members of ``extra={"fields": {...}}`` stand beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get() or None,
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def get_request_level(style: str, level: str) -> str:
    """The level of the lines about requests: the development server prints requests itself."""
    least = "INFO" if style == "json" else "WARNING"
    return least if level == "DEBUG" or (level, least) == ("INFO", "WARNING") else level


def build_logging_config(style: str, level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
        "formatters": {
            "json": {"()": JSONFormatter},
            "text": {"format": "%(levelname)s %(name)s [%(request_id)s] %(message)s"},
        },
        "handlers": {
            "lines": {
                "class": "logging.StreamHandler",
                "formatter": style,
                "filters": ["request_id"],
            },
        },
        "root": {"handlers": ["lines"], "level": level},
        "loggers": {
            # Replaces Django's own handlers, which would mail errors or print them twice.
            "django": {"handlers": [], "level": level, "propagate": True},
            "tracker.requests": {"level": get_request_level(style, level)},
        },
    }
