"""Marks that views wear for ``middleware.SecondFactorWall``.

A view without a mark needs a session with its second factor. A public view wears
Django's own ``@login_not_required``.
"""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpResponseBase

from accounts.choices import Scope

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def password_is_enough(view: View) -> View:
    """For the pages that lead from the password to the second factor."""
    view.second_factor_required = False  # type: ignore[attr-defined]
    return view


def for_tokens(*, scope: Scope | None) -> Callable[[View], View]:
    """For a view under /api/: what a token must be good for; None: any that lives.

    Nothing under /api/ reads a cookie, so that no page elsewhere can post there.
    """

    def mark(view: View) -> View:
        view.token_scope = scope  # type: ignore[attr-defined]
        view.csrf_exempt = True  # type: ignore[attr-defined]
        return view

    return mark


def needs_confirmation(*, carries_post: bool = True) -> Callable[[View], View]:
    """For what touches how somebody comes in, or what they may: both factors lately.

    A view that finds in what was sent that its act is serious asks
    ``confirm_views.asked_first``.
    ``carries_post`` false: what was sent holds a password, and is typed again.
    """

    def mark(view: View) -> View:
        view.confirmation_required = True  # type: ignore[attr-defined]
        view.carries_post = carries_post  # type: ignore[attr-defined]
        return view

    return mark


def does_not_renew(view: View) -> View:
    """For what a page asks by itself (a poll, a beacon): nobody is at the keyboard."""
    view.renews_session = False  # type: ignore[attr-defined]
    return view
