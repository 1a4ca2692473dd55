"""Users, their roles, and the tokens of client apps."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from negotiations.models import Role, Token, get_role
from negotiations.permissions import can_create

from .columns import TranslatedModelAdmin


def can_manage_users(user: Any) -> bool:
    return get_role(user) == Role.ADMINISTRATOR


class AdministratorOnlyAdmin(admin.ModelAdmin):
    """Others do not even learn that these pages exist."""

    def has_module_permission(self, request: Any) -> bool:
        return can_manage_users(request.user)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return can_manage_users(request.user)

    def has_add_permission(self, request: Any) -> bool:
        return can_manage_users(request.user)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return can_manage_users(request.user)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


class UserAdmin(AdministratorOnlyAdmin, StockUserAdmin):
    """Accounts are switched off, not deleted: the history names them.

    Nobody changes their own role, and a superuser is made and changed by superusers alone, on the
    command line or here.
    """

    list_display = ("username", "first_name", "last_name", "roles", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    search_fields = ("username", "first_name", "last_name", "email")
    search_help_text = gettext_lazy("Name or e-mail address")
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups",)
    show_facets = admin.ShowFacets.ALWAYS
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        (gettext_lazy("Role"), {"fields": ("is_staff", "groups")}),
    )

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, user: User) -> str:
        if user.is_superuser:
            return _("superuser")
        return ", ".join(group.name for group in user.groups.all())

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        return (
            (None, {"fields": ("username", "password")}),
            (_("Who it is"), {"fields": (("first_name", "last_name"), "email")}),
            (_("Role"), {"fields": ("is_active", "is_staff", "groups")}),
            (_("Provenance"), {"fields": (("last_login", "date_joined"),)}),
        )

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        own = ("is_active", "is_staff", "groups") if obj and obj.pk == request.user.pk else ()
        return (*self.readonly_fields, *own)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        beyond = obj is not None and obj.is_superuser and not request.user.is_superuser
        return can_manage_users(request.user) and not beyond


class GroupAdmin(AdministratorOnlyAdmin):
    """The roles: what each may do is the policy table's to say, so there is nothing to edit."""

    list_display = ("name", "members")
    fields = ("name", "members")
    search_fields = ("name",)

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("user_set")

    @admin.display(description=gettext_lazy("members"))
    def members(self, group: Group) -> str:
        return ", ".join(sorted(user.username for user in group.user_set.all())) or _("nobody")

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False


class TokenForm(forms.ModelForm):
    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data["expires_at"]
        if expires_at and expires_at <= timezone.now():
            raise ValidationError(_("This is already past."), code="past")
        return expires_at


@admin.register(Token)
class TokenAdmin(TranslatedModelAdmin):
    """Everybody keeps their own tokens; administrators see all, and can end them."""

    form = TokenForm
    list_display = ("name", "user", "scope", "state", "created_at", "expires_at", "last_used_at")
    list_filter = ("scope",)
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    search_help_text = gettext_lazy("Name of the token or its user")
    autocomplete_fields = ("user",)
    show_facets = admin.ShowFacets.ALWAYS
    actions = ("revoke",)
    fields = ("name", "scope", "expires_at")

    def get_queryset(self, request: Any) -> Any:
        tokens = super().get_queryset(request)
        return tokens if can_manage_users(request.user) else tokens.filter(user=request.user.pk)

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        if obj is None:
            return self.fields
        return ("name", "user", "scope", "state", "created_at", "expires_at", "last_used_at")

    @admin.display(description=gettext_lazy("state"))
    def state(self, token: Token) -> str:
        if token.revoked_at:
            return _("revoked on %(day)s") % {"day": f"{token.revoked_at:%Y-%m-%d}"}
        return _("live") if token.is_live else _("expired")

    def has_module_permission(self, request: Any) -> bool:
        return can_create(request.user)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return can_create(request.user)

    def has_add_permission(self, request: Any) -> bool:
        return can_create(request.user)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def save_model(self, request: Any, obj: Token, form: Any, change: bool) -> None:
        made, text = Token.issue(request.user, obj.name, obj.scope, obj.expires_at)
        obj.pk, obj.user, obj.text = made.pk, made.user, text  # type: ignore[attr-defined]

    def response_add(self, request: Any, obj: Any, post_url_continue: Any = None) -> Any:
        """The one time that the text is shown: in this answer, kept nowhere."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Your new token"),
            "opts": self.opts,
            "token": obj,
        }
        answer = TemplateResponse(request, "admin/negotiations/token_made.html", context)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @admin.action(description=gettext_lazy("Revoke: it opens nothing from now on"))
    def revoke(self, request: Any, queryset: Any) -> None:
        done = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        words = _("%(number)s revoked.") % {"number": done}
        self.message_user(request, words, messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.revoke_view))
        name = "negotiations_token_revoke"
        return [path("<int:token_id>/revoke/", view, name=name), *super().get_urls()]

    def revoke_view(self, request: Any, token_id: int) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        self.revoke(request, self.get_queryset(request).filter(pk=token_id))
        return HttpResponseRedirect(reverse("admin:negotiations_token_changelist"))


admin.site.unregister([User, Group])
admin.site.register(User, UserAdmin)
admin.site.register(Group, GroupAdmin)
