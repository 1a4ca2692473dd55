"""``/batch/``: many writes of many kinds in one request."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from negotiations.rest.http.conditional import set_cache_control
from negotiations.rest.http.idempotency import allow_only_dry_run, idempotent_two_phase
from negotiations.rest.http.merge_patch import get_change_reason
from negotiations.rest.http.parsers import BulkJSONParser
from negotiations.rest.http.renderers import build_json_response
from negotiations.rest.http.request_bodies import require_body
from negotiations.rest.http.views import APIBaseView
from negotiations.rest.schemas.responses import WRITE_STATUSES
from negotiations.rest.schemas.values import ref

from .batch import Batch
from .batch_parsing import ParsedBatch
from .batch_schemas import REQUEST
from .mixins import require_create_permission


class BatchView(APIBaseView):
    """Many writes of many kinds."""

    permission_classes = (AllowAny,)
    tag = "batch"
    parser_classes = (BulkJSONParser,)
    # For the document: what is refused beyond the usual, and which headers are read.
    refusals: ClassVar[dict[str, Any]] = {"post": (*WRITE_STATUSES, 404, 410, 412, 422, 428)}
    read_headers: ClassVar[dict[str, Any]] = {"post": ("Change-Reason", "Idempotency-Key")}

    @extend_schema(operation_id="batch_write", request=REQUEST, responses={200: ref("BatchAnswer")})
    @idempotent_two_phase
    def post(self, request: Request) -> Callable[[], HttpResponse]:
        """Make, change and delete records of any kind: all of it is done, or nothing.

        There are 1 to 1,000 operations, done as if in the order given. A new record may have a
        local id (`"lid": "r1"`) by which bodies of later operations name it wherever a slug stands:
        `"round": "lid:r1"`, in lists as well, in the citations inside a record, and in a citation's
        `record`, where `rounds/lid:r1` says the same. What an earlier operation gives a slug can be
        named by that too.

        A change is a merge patch, as PATCH takes it; a change and a deletion each need the
        `version` they are based on. Everyone may do here what they may do by single requests.

        Why it is done stands in `reason` of an operation, else in `reason` beside the operations,
        else in `Change-Reason`; deleting what is published needs one.

        The results come in the order of the operations, each with its record as it stands after all
        of them. When anything is wrong, every fault is told with its place
        (`/operations/2/body/stance`). If all of them are of one sort, the status is that of a
        single request: 403 `forbidden`, 404 `not_found`, 409 `conflict`, 410 `gone`, 412 `stale`,
        428 `version_required`; else it is 400, and the `code` of each fault says which sort it is.
        """
        require_create_permission(request)
        allow_only_dry_run(request)
        reading = ParsedBatch(require_body(request), get_change_reason(request))
        write = Batch(request, reading).prepare()
        return lambda: set_cache_control(build_json_response({"results": write()}), request)
