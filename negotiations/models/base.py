"""What every record has and what must be true of each."""

from typing import Any, ClassVar, Self, cast

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from negotiations.text.tokens import slugify_text
from negotiations.text.validators import validate_slug_format

from .choices import Vocabulary
from .constraints import RuleError, RuleErrors, rule_error
from .list_indexes import build_list_indexes
from .recorder import Recorder, VersionManager
from .slugs import find_free_numbers, number_slug
from .system.locks import serialize_writers
from .system.roles import can_view_state, filter_visible, is_editor
from .validation import ValidatedModel

SLUG_LENGTH = 150
# As long as the titles of agreements are.
LONGEST_TITLE = 500
# Below a collection these addresses are the API's own: no record could be read there.
RESERVED_SLUGS = frozenset({"export", "stats"})

# One recorder for all kinds: ``history.py`` asks it for a version once relations are saved too.
# Versions are found by the record's key; more indexes would only slow each write.
VERSION_RECORDER = Recorder(
    inherit=True,
    history_manager=VersionManager,
    no_db_index=[
        *("according_to", "commitment", "created_by", "delegation", "delivered_by", "delivery"),
        *("facilitator", "follows", "head", "incident", "issue", "negotiation", "outcome"),
        *("part_of", "participation", "party", "person", "position", "post", "proposal"),
        *("received_by", "relayed_by", "responds_to", "response", "round", "source"),
        *("speaker", "spoken_by", "statement", "term"),
    ],
)


class StaleVersion(Exception):
    """Somebody saved the record after this copy of it was read."""

    def __init__(self, record: "Record", stored: int | None) -> None:
        super().__init__(f"{record} was read at version {record.version}, stored is {stored}")
        self.record = record
        self.stored = stored


class RecordQuerySet(models.QuerySet[Any]):
    def published(self) -> Self:
        """What everybody may read."""
        return self.filter(review=Record.Review.PUBLISHED)

    def visible_to(self, user: Any) -> Self:
        """What this user may read: the published, their own, and for reviewers everything."""
        return filter_visible(self, user)

    def get_by_natural_key(self, slug: str) -> Any:
        """For fixtures: a record by its slug."""
        return self.get(slug=slug)


class RecordSlugField(models.SlugField):
    """A slug that is made from the record's content when it is left empty."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        record = cast("Record", model_instance)
        if not record.slug:
            record.slug = record.free_slug()
        return record.slug


class Record(ValidatedModel, models.Model):
    """One thing the tracker knows, with its public name, its version and its state of review."""

    class Review(Vocabulary):
        DRAFT = "draft", "Being written; its author and reviewers see it."
        IN_REVIEW = "in_review", "Waits for a reviewer."
        PUBLISHED = "published", "Approved by somebody other than its author; everybody sees it."
        WITHDRAWN = "withdrawn", "Was published and is no longer held to be right."

    # From each state of review to those that may follow it.
    REVIEW_STEPS: ClassVar[dict[str, set[str]]] = {
        "draft": {"in_review", "published"},
        "in_review": {"draft", "published"},
        "published": {"withdrawn"},
        "withdrawn": {"draft", "published"},
    }

    # The plural by which URLs, the feed, the search, seeds and OpenAPI tags name the model.
    resource_name: ClassVar[str]
    # What ``str`` reads of other records, for kinds that have no name of their own.
    named_after: ClassVar[tuple[str, ...]] = ()
    # Where a search lists the kind: 0 by the place of the words, 1 as if they were not in the name,
    # 2 after all others, since short names would put parts before what they are parts of.
    search_rank: ClassVar[int] = 0
    # Whether two of them may turn out to be one.
    can_be_merged: ClassVar[bool] = False
    # Fields that can hold so much that an answer's cost counts their characters.
    LONG_TEXTS: ClassVar[tuple[str, ...]] = ()

    slug = RecordSlugField(
        max_length=SLUG_LENGTH,
        unique=True,
        blank=True,
        validators=[validate_slug_format],
        help_text=_("The public name; made from the content when empty, never changed later."),
        error_messages={"unique": _("Another record of this kind has this slug.")},
    )
    version = models.PositiveIntegerField(
        default=1, editable=False, help_text=_("Counts up with each write.")
    )
    review = models.CharField(
        max_length=10,
        choices=Review,
        default=Review.DRAFT,
        help_text=_("How far its approval has come."),
    )
    open_question = models.TextField(blank=True, help_text=_("What the sources leave open."))
    note = models.TextField(blank=True, help_text=_("A remark of the analysts, not of the source."))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(
        auto_now_add=True, help_text=_("When the tracker first knew it.")
    )
    updated_at = models.DateTimeField(auto_now=True, help_text=_("When it was last written."))

    objects = RecordQuerySet.as_manager()
    history = VERSION_RECORDER

    class Meta:
        abstract = True
        ordering = ["slug"]
        indexes = build_list_indexes()

    def save(self, *args: Any, **options: Any) -> None:
        """Save; an existing record only on the version it was read at, which then counts up."""
        if self._state.adding:
            super().save(*args, **options)
            return
        if options.get("update_fields") is not None:
            options["update_fields"] = {*options["update_fields"], "version", "updated_at"}
        with transaction.atomic():
            self.lock()
            self.version += 1
            try:
                super().save(*args, **options)
            except BaseException:
                self.version -= 1
                raise

    def lock(self) -> None:
        """Hold the stored row until the transaction ends, if it has the version of this copy."""
        serialize_writers()
        rows = type(self)._base_manager.select_for_update().filter(pk=self.pk)
        stored = rows.values_list("version", flat=True).first()
        if stored != self.version:
            raise StaleVersion(self, stored)

    @property
    def address(self) -> str:
        """The record's name among all kinds: ``proposals/russian-demands``."""
        return f"{self.resource_name}/{self.slug}"

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    # Names

    def faults(self) -> RuleErrors:
        yield from super().faults()
        if self._state.adding and self.slug in RESERVED_SLUGS:
            yield rule_error(
                "slug", _("An address of the API has this name; choose another."), "reserved_slug"
            )
        if self.asks_database and (refusal := self.namesake_refusal()) is not None:
            yield refusal

    def namesake_refusal(self) -> RuleError | None:
        """Why a new record cannot have its slug: another one had it that is gone."""
        if self.was_erased():
            message = _("A record of this kind with this slug was erased; choose another.")
            return rule_error("slug", message, "slug_of_erased")
        if self.deleted_namesake() is not None:
            message = _("A deleted record of this kind has this slug; restore it from its history.")
            return rule_error("slug", message, "slug_of_deleted")
        return None

    def was_erased(self) -> bool:
        """Whether a record that had the slug of this new one was erased."""
        if not self._state.adding or not self.slug or "\0" in self.slug:
            return False
        erasures: Any = apps.get_model("negotiations", "Erasure")._default_manager
        return erasures.find(self.resource_name, self.slug) is not None

    def conceal_slug_holder(self, faults: dict[str, Any], user: Any) -> None:
        """Do not say what has the slug of this new record where the user may not see that.

        A deleted record, a merged one and somebody else's draft then read alike.
        """
        codes = {"unique", "slug_of_deleted"}
        if codes.isdisjoint(each.code for each in faults.get("slug", ())):
            return
        if type(self).objects.visible_to(user).filter(slug=self.slug).exists():
            return
        gone = self.deleted_namesake()
        if is_editor(user) or (gone and can_view_state(user, gone.review, gone.created_by_id)):
            return
        others = [each for each in faults["slug"] if each.code not in codes]
        message = _("This name is not free; choose another, or leave it out.")
        faults["slug"] = [*others, ValidationError(message, "slug_not_free")]

    def deleted_namesake(self) -> Any:
        """The last version of another record, now deleted, that has the name of this new one."""
        # PostgreSQL cannot even be asked for a text with a NUL.
        if not self._state.adding or not self.slug or "\0" in self.slug:
            return None
        kind: Any = type(self)
        last = kind.history.filter(slug=self.slug).order_by("-history_id").first()
        is_other = last is not None and last.history_type == "-" and last.id != self.pk
        return last if is_other else None

    def slug_text(self) -> str:
        """What the slug is made from when none is given."""
        return str(self)

    def slug_stem(self) -> str:
        """How a slug made from the content begins; a number may follow."""
        words = slugify_text(self.slug_text())
        kind = self._meta.model_name or ""
        return f"{kind}-{words}" if words in RESERVED_SLUGS else words or kind

    def free_slug(self) -> str:
        """A slug made from the content that no record of this kind has."""
        stem = self.slug_stem()
        return number_slug(stem, find_free_numbers(type(self), [stem])[stem])
