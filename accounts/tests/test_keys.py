"""Every key can be changed, and nobody is signed out, nothing becomes unreadable."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as ours
from django.core import signing
from django.core.management import call_command
from django.urls import reverse

from accounts import resealing, sealing, second_factor
from accounts.models import AuditEntry, RecoveryCode, TotpDevice
from accounts.tests.people import SEED, code_of, enrolled, make_user, verified_client

LIST = reverse("companies:list")
OLD, NEW = ["k1:first secret"], ["k2:second secret", "k1:first secret"]


def rotate_secret(settings, secret="n" * 64):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = secret


@pytest.mark.django_db
class TestSecretKey:
    def test_a_session_goes_on_and_needs_the_old_key_no_more(
        self, settings, analyst, client
    ):
        client = verified_client(analyst)
        rotate_secret(settings)
        assert client.get(LIST).status_code == 200

        settings.SECRET_KEY_FALLBACKS = []
        assert client.get(LIST).status_code == 200

    def test_without_the_old_key_it_would_have_ended(self, settings, analyst):
        client = verified_client(analyst)
        settings.SECRET_KEY = "n" * 64

        assert client.get(LIST).status_code == 302

    def test_a_signed_link_still_opens(self, settings):
        link = signing.dumps({"user": 7}, salt="x")
        rotate_secret(settings)

        assert signing.loads(link, salt="x") == {"user": 7}


@pytest.mark.django_db
class TestFieldKey:
    @pytest.fixture(autouse=True)
    def old(self, settings):
        settings.FIELD_KEY = OLD

    def test_a_second_factor_passes_before_and_after_the_command(
        self, settings, analyst, capsys
    ):
        device = enrolled(analyst)
        settings.FIELD_KEY = NEW
        assert device.seed == SEED

        call_command("reseal")

        assert "peuvent être retirées" in capsys.readouterr().out
        settings.FIELD_KEY = NEW[:1]
        device = TotpDevice.objects.get()
        assert device.seed == SEED
        assert device.verify_token(code_of(device))

    def test_goes_by_chunks_and_goes_on_where_it_stopped(self, settings, desk):
        for number in range(5):
            enrolled(make_user(desk=desk), seed=b"%020d" % number)
        settings.FIELD_KEY = NEW
        column = "accounts_totpdevice.sealed_seed"
        first = TotpDevice.objects.first()
        first.sealed_seed = sealing.seal(first.seed)
        first.save()

        assert resealing.reseal(chunk=2).resealed[column] == 4
        assert resealing.reseal(chunk=2).resealed[column] == 0
        assert resealing.keys_in_use()[column] == {"k2": 5}
        settings.FIELD_KEY = NEW[:1]
        seeds = {device.seed for device in TotpDevice.objects.all()}
        assert seeds == {b"%020d" % number for number in range(5)}

    def test_says_which_values_no_key_opens_and_leaves_them(
        self, settings, analyst, capsys
    ):
        device = enrolled(analyst)
        settings.FIELD_KEY = ["k3:third secret"]

        with pytest.raises(SystemExit):
            call_command("reseal")

        told = capsys.readouterr().err
        assert "1 valeurs qu’aucune clé n’ouvre" in told
        assert "gardez-la" in told
        assert TotpDevice.objects.get().sealed_seed == device.sealed_seed

    def test_only_looks_when_it_is_told_to(self, settings, analyst, capsys):
        enrolled(analyst)
        settings.FIELD_KEY = NEW

        with pytest.raises(SystemExit):
            call_command("reseal", check=True)

        assert "1 sous la clé « k1 »" in capsys.readouterr().out

    def test_leaves_what_was_written_meanwhile(self, settings, analyst):
        device = enrolled(analyst)
        settings.FIELD_KEY = NEW
        stale = [(device.pk, "k1$of before", sealing.seal(b"x"))]

        assert resealing._replace(TotpDevice, "sealed_seed", stale) == 0
        assert TotpDevice.objects.get().seed == SEED

    def test_is_in_the_audit_trail(self, settings, analyst):
        enrolled(analyst)
        settings.FIELD_KEY = NEW
        call_command("reseal")

        entry = AuditEntry.objects.get(action="keys.resealed")
        assert entry.details["key"] == "k2"
        assert entry.details["values"]["accounts_totpdevice.sealed_seed"] == 1

    def test_knows_every_sealed_column(self):
        """Whatever says in its comment that it is encrypted is found by its name."""
        from django.apps import apps

        found = {(model, name) for model, name in resealing.columns()}
        told = {
            (model, each.name)
            for model in apps.get_models()
            for each in model._meta.concrete_fields
            if "encrypted" in (each.db_comment or "")
        }
        assert told == found


@pytest.mark.django_db
class TestPepper:
    def test_recovery_codes_of_before_still_open_once(self, settings, analyst, rf):
        enrolled(analyst)
        request = rf.post("/")
        code, other, *_rest = second_factor.make_recovery_codes(
            user=analyst, request=request
        )
        settings.PEPPER_FALLBACKS = [settings.PEPPER]
        settings.PEPPER = "q" * 64

        def use(one):
            return second_factor.use_recovery_code(
                user=analyst, code=one, request=request
            )

        assert isinstance(use(code), second_factor.Passed)
        assert isinstance(use(code), second_factor.Refused)
        fresh = second_factor.make_recovery_codes(user=analyst, request=request)
        settings.PEPPER_FALLBACKS = []
        assert isinstance(use(fresh[0]), second_factor.Passed)
        assert isinstance(use(other), second_factor.Refused)
        assert RecoveryCode.objects.count() == second_factor.RECOVERY_CODES - 1


# What a process of ours reads when its secrets are files.
SHOW = """
from django.conf import settings as s
from mainsite.lib.environment import secret
print(s.SECRET_KEY, s.FIELD_KEY, s.PEPPER, s.DATABASES["default"]["PASSWORD"],
    secret("EXPORT_TARGET_X"), sep="|")
"""


class TestSecretsInFiles:
    def run(self, **environment):
        return subprocess.run(
            [sys.executable, "-c", SHOW],
            cwd=ours.BASE_DIR,
            env={
                **{name: os.environ[name] for name in ("PATH",)},
                "DJANGO_SETTINGS_MODULE": "mainsite.settings",
                "REDIS_URL": "redis://127.0.0.1:9",
                "REDIS_CACHE_URL": "redis://127.0.0.1:9",
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def test_are_read_instead_of_the_variable(self, tmp_path):
        given = {
            "SECRET_KEY": "s" * 64,
            "FIELD_KEY": "k2:b,k1:a",
            "PEPPER": "p" * 64,
            "DATABASE_URL": "postgres://a:motdepasse@127.0.0.1:9/b",
            "EXPORT_TARGET_X": "jeton",
        }
        for name, value in given.items():
            (tmp_path / name).write_text(f"{value}\n")
        answer = self.run(**{f"{n}_FILE": str(tmp_path / n) for n in given})

        assert answer.stdout.strip() == "|".join(
            ["s" * 64, "['k2:b', 'k1:a']", "p" * 64, "motdepasse", "jeton"]
        ), answer.stderr

    def test_are_missed_in_words(self):
        answer = self.run(SECRET_KEY_FILE="/nonexistent/key")

        assert "SECRET_KEY_FILE désigne /nonexistent/key" in answer.stderr
