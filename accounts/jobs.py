"""Doors of the workers: letters, which no page waits for."""

from datetime import datetime

from accounts import letters, links, sealing
from accounts.choices import LinkKind
from accounts.models import User
from mainsite.lib import queue

INTERACTIVE, DEFAULT = "interactive", "default"
MAIL_RETRIES = 3


def ask_to_mail_link(link_id: int) -> None:
    queue.enqueue(mail_link, queue=INTERACTIVE, retries=MAIL_RETRIES, link_id=link_id)


def mail_link(*, link_id: int) -> None:
    letters.send_link(link_id)


def mail_waiting_links() -> None:
    """Every minute: what a flushed queue or a mail server that was away left behind."""
    for link_id in links.waiting_for_the_post():
        ask_to_mail_link(link_id)


def ask_to_mail_notice(*, user_id: int, action: str, at: str) -> None:
    queue.enqueue(
        mail_notice,
        queue=DEFAULT,
        retries=MAIL_RETRIES,
        user_id=user_id,
        action=action,
        at=at,
    )


def mail_notice(*, user_id: int, action: str, at: str) -> None:
    letters.send_notice(user_id=user_id, action=action, at=datetime.fromisoformat(at))


def ask_to_mail_former_address(*, user_id: int, address: str, at: str) -> None:
    queue.enqueue(
        mail_former_address,
        queue=DEFAULT,
        retries=MAIL_RETRIES,
        user_id=user_id,
        # The account does not have it any more, and a queue holds nobody's address.
        sealed_address=sealing.seal(address.encode()),
        at=at,
    )


def mail_former_address(*, user_id: int, sealed_address: str, at: str) -> None:
    letters.send_notice_to_former_address(
        user_id=user_id,
        address=sealing.unseal(sealed_address).decode(),
        at=datetime.fromisoformat(at),
    )


def ask_for_reset(*, user_id: int) -> None:
    """Asked whether or not there is such a person: 0 is nobody's number."""
    queue.enqueue(make_reset, queue=INTERACTIVE, user_id=user_id)


def make_reset(*, user_id: int) -> None:
    """The link that somebody asked for on the sign-in page, if they have an account."""
    user = User.objects.filter(pk=user_id).first()
    if user and user.may_sign_in:
        kind = links.kind_for(user)
        links.make(
            user=user,
            kind=LinkKind.ASKED if kind is LinkKind.RESET else LinkKind.INVITATION,
        )
