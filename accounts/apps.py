from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    default = True
    name = "accounts"
    verbose_name = _("Comptes")

    def ready(self) -> None:
        from accounts import checks, subscribers, watched  # noqa: F401

        # Its conditions must be known before the admin lists them.
        from mainsite.lib import flags  # noqa: F401


class OpsAdminConfig(admin_apps.AdminConfig):
    """Stands in INSTALLED_APPS in place of ``django.contrib.admin``."""

    default = False
    default_site = "accounts.admin_site.OpsAdminSite"

    def ready(self) -> None:
        super().ready()
        from django.contrib import admin
        from django.contrib.auth.models import Group

        from accounts.edits import Edit

        # The library's page of its table, which is ours and has its own page.
        admin.site.unregister(Edit)
        # The role says it all: groups would be a second, silent answer.
        admin.site.unregister(Group)
