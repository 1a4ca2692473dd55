"""Files that wait for the user who sent them, between two pages."""

import hashlib
import uuid
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from negotiations.models import ImportedFile, Upload

UPLOADS_KEPT = timedelta(days=1)
# Of one person: who previews more without confirming begins anew.
MAX_UPLOADS = 10


def build_upload(user: Any, kind: str, name: str, content: bytes) -> Upload:
    """Return a file that can wait; it is not stored yet."""
    shown = "".join(c for c in name if c.isprintable())[-200:]
    return Upload(key=uuid.uuid4().hex, user=user, kind=kind, name=shown, content=content)


def store_upload(upload: Upload) -> None:
    """Let the file wait for its confirmation, and older ones go."""
    if upload.pk:
        return
    Upload.objects.filter(at__lt=timezone.now() - UPLOADS_KEPT).delete()
    mine = Upload.objects.filter(user=upload.user).order_by("-pk").values_list("pk", flat=True)
    Upload.objects.filter(pk__in=list(mine[MAX_UPLOADS - 1 :])).delete()
    upload.save()


def find_upload(user: Any, kind: str, key: str) -> QuerySet[Upload]:
    """Return the file with this key, if it is the user's own and still there."""
    return Upload.objects.filter(user=user, kind=kind, key=key[:40].replace("\0", ""))


def note_import(upload: Upload, what: str) -> None:
    """Remember that a file was imported, and what that did."""
    sha256 = hash_content(upload)
    known, _made = ImportedFile.objects.get_or_create(kind=upload.kind, sha256=sha256)
    known.user, known.what = upload.user, what
    known.save()


def describe_last_import(upload: Upload) -> str:
    """Say when a file was imported into the same kind, and what that did; empty if it never was."""
    known = ImportedFile.objects.filter(kind=upload.kind, sha256=hash_content(upload)).first()
    if known is None:
        return ""
    when = formats.date_format(timezone.localtime(known.at), "DATETIME_FORMAT")
    told = {"when": when, "who": known.user, "what": known.what}
    if known.user is None:
        return _("This file was imported on %(when)s: %(what)s") % told
    return _("This file was imported by %(who)s on %(when)s: %(what)s") % told


def hash_content(upload: Upload) -> str:
    return hashlib.sha256(bytes(upload.content)).hexdigest()
