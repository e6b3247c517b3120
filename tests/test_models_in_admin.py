"""Every model is in the administration, or is absent from it on purpose."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

# A desk's own, which ops do not read (product.md, rule 9).
OF_DESKS = {
    "companies.ColumnMapping",
    "companies.ImportChange",
    "companies.ImportChunk",
    "companies.ImportMatch",
    "companies.ImportRefusal",
    "companies.ListChange",
    "companies.ListEntry",
    "companies.Note",
    "companies.PastedSirens",
    "companies.Pursuit",
    "companies.PursuitChange",
    "companies.SavedSearch",
    "companies.TargetList",
    "exports.ExportSchedule",
    "scoring.Reranking",
    "scoring.ScoreOverride",
}
# Digests and seeds: nobody has anything to read there.
SECRET = {"accounts.RecoveryCode", "accounts.Session", "accounts.TotpDevice"}
# Ops who edited them could give their own key to somebody else's account.
SECRET |= {
    "django_otp_webauthn.WebAuthnAttestation",
    "django_otp_webauthn.WebAuthnCredential",
    "django_otp_webauthn.WebAuthnUserHandle",
}
# The trail under another name: it has its page.
AGAIN = {"accounts.Edit"}
# The role says it all; django-flags and the admin keep these for themselves.
OF_LIBRARIES = {
    "admin.LogEntry",
    "auth.Group",
    "auth.Permission",
    "contenttypes.ContentType",
    "django_rq.Queue",
    "sessions.Session",
}
ABSENT = OF_DESKS | SECRET | AGAIN | OF_LIBRARIES


def _label(model):
    return model._meta.label


def _shown():
    """Registered, or edited inside another model's page."""
    for model, model_admin in admin.site._registry.items():
        yield _label(model)
        for inline in model_admin.inlines:
            yield _label(inline.model)


def test_every_model_is_registered_or_absent_on_purpose():
    every = {_label(model) for model in apps.get_models()}
    shown = set(_shown())

    assert every - shown - ABSENT == set()
    assert shown & ABSENT == set()


def test_nothing_is_absent_that_does_not_exist():
    every = {_label(model) for model in apps.get_models()}
    assert every >= ABSENT - OF_LIBRARIES


REGISTERED = sorted(
    (model for model in admin.site._registry if model._meta.app_label != "django_rq"),
    key=_label,
)


@pytest.mark.parametrize("model", REGISTERED, ids=_label)
def test_its_list_and_its_search_answer(model, ops_client):
    options = model._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")

    assert ops_client.get(address).status_code == 200
    assert ops_client.get(address, {"q": "732829320"}).status_code == 200
