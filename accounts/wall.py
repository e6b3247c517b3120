"""Marks that views wear for ``middleware.SecondFactorWall``.

A view without a mark needs a session with its second factor. A public view wears
Django's own ``@login_not_required``.
"""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def password_is_enough(view: View) -> View:
    """For the pages that lead from the password to the second factor."""
    view.second_factor_required = False  # type: ignore[attr-defined]
    return view


def does_not_renew(view: View) -> View:
    """For what a page asks by itself (a poll, a beacon): nobody is at the keyboard."""
    view.renews_session = False  # type: ignore[attr-defined]
    return view
