"""Whether the process is up, and whether it can serve."""

import logging

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from negotiations.request_context import request_id

logger = logging.getLogger(__name__)
RETRY_AFTER = 5


class Readiness:
    """Remembers that the database was found migrated: reading the plan is slow for a probe."""

    def __init__(self) -> None:
        self.migrated = False

    def fault(self) -> str:
        """Why requests cannot be served; empty when they can."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            self.migrated = self.migrated or is_migrated()
        except Error:
            logger.exception("The database does not answer.")
            return "The database does not answer."
        return "" if self.migrated else "The database is not migrated."


def is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


readiness = Readiness()


@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """Answers as long as the process can answer: it asks nothing of the database."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    fault = readiness.fault()
    if not fault:
        return JsonResponse({"status": "ok"})
    problem = {
        "type": "/api/problems/unavailable/",
        "title": "The service is not available now",
        "status": 503,
        "code": "unavailable",
        "detail": fault,
        "request_id": request_id.get(),
    }
    return JsonResponse(
        problem,
        status=503,
        content_type="application/problem+json",
        headers={"Retry-After": str(RETRY_AFTER)},
    )
