from django.conf import settings
from django.utils import timezone

from accounts import jobs
from accounts.events import AccountTouched, AddressChanged, LinkWaits
from mainsite.lib.events import subscribe


@subscribe(LinkWaits)
def mail_the_link(event: LinkWaits) -> None:
    jobs.ask_to_mail_link(event.link_id)


@subscribe(AccountTouched)
def tell_the_person(event: AccountTouched) -> None:
    if settings.MAIL_IS_ON:
        now = timezone.now().isoformat()
        jobs.ask_to_mail_notice(user_id=event.user_id, action=event.action, at=now)


@subscribe(AddressChanged)
def tell_the_former_address(event: AddressChanged) -> None:
    if settings.MAIL_IS_ON:
        jobs.ask_to_mail_former_address(
            user_id=event.user_id,
            address=event.former,
            at=timezone.now().isoformat(),
        )
