import subprocess
import sys

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from flags.models import FlagState

from mainsite.lib import flags
from mainsite.lib.flags import Flag

FLAG = Flag.ML_PREDICTIONS


def row(condition, value, **fields):
    FlagState.objects.create(name=FLAG, condition=condition, value=value, **fields)


@pytest.mark.django_db
class TestIsOn:
    @pytest.fixture(autouse=True)
    def nothing_shipped(self):
        FlagState.objects.filter(name=FLAG).delete()

    def test_without_a_row_it_is_off(self):
        assert not flags.is_on(FLAG)

    def test_for_everybody(self):
        row("boolean", "True")

        assert flags.is_on(FLAG)

    def test_one_row_says_nothing_of_another_flag(self):
        FlagState.objects.filter(name=Flag.NEW_SCORING_ALGORITHM).delete()
        row("boolean", "True")

        assert not flags.is_on(Flag.NEW_SCORING_ALGORITHM)

    def test_for_one_user(self, analyst, colleague):
        row("user", analyst.email)

        assert flags.is_on(FLAG, analyst)
        assert not flags.is_on(FLAG, colleague)
        assert not flags.is_on(FLAG)

    def test_for_one_desk(self, analyst, stranger):
        row("desk", "Mécanique")

        assert flags.is_on(FLAG, analyst)
        assert not flags.is_on(FLAG, stranger)
        assert not flags.is_on(FLAG)

    def test_for_a_share_of_the_users(self):
        row("percentage", "30")
        users = [get_user_model()(pk=n) for n in range(1, 41)]

        chosen = [user.pk for user in users if flags.is_on(FLAG, user)]

        assert chosen == [u.pk for u in users if flags.bucket(FLAG, str(u.pk)) < 3000]

    def test_for_a_share_of_any_keys(self):
        row("percentage", "25")

        share = sum(flags.is_on(FLAG, key=f"{n:09d}") for n in range(400)) / 400

        assert 0.15 < share < 0.35

    @pytest.mark.parametrize(("percentage", "on"), [("0", False), ("100", True)])
    def test_the_ends(self, percentage, on):
        row("percentage", percentage)

        assert all(flags.is_on(FLAG, key=str(n)) is on for n in range(50))

    def test_nobody_in_particular_is_in_no_share(self):
        row("percentage", "100")

        assert not flags.is_on(FLAG)

    def test_a_request_reads_the_rows_once(
        self, rf, analyst, django_assert_num_queries
    ):
        row("user", analyst.email)
        request = rf.get("/")
        request.user = analyst

        with django_assert_num_queries(1):
            assert flags.is_on(FLAG, request=request)
            assert flags.is_on(FLAG, request=request)


def test_a_share_grows_without_losing_anybody():
    keys = [str(n) for n in range(1000)]
    small = {k for k in keys if flags.bucket(FLAG, k) < 1000}
    large = {k for k in keys if flags.bucket(FLAG, k) < 2000}

    assert small < large


def test_a_bucket_is_the_same_in_every_process():
    code = (
        "from hashlib import sha256;"
        "print(int.from_bytes(sha256(b'ml_predictions:42').digest()) % 10000)"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert int(other.stdout) == flags.bucket(FLAG, "42")


@pytest.mark.parametrize("value", ["-1", "101", "beaucoup", "", "nan"])
def test_a_percentage_is_a_percentage(value):
    with pytest.raises(ValidationError):
        flags._validate_percentage(value)
