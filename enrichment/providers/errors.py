"""Why a source gave nothing, in a code for programs and a sentence for analysts."""

from enrichment.providers import reasons
from mainsite.lib.outgoing import OutgoingError
from mainsite.lib.retries import CallError


class ProviderError(CallError):
    """A call without a usable answer; only `permanent=False` is worth a retry.

    `is_charge_unknown` asks the ledger to write "answer lost" rather than free.
    """

    def __init__(
        self,
        reason: str,
        *,
        provider: str,
        status: int | None = None,
        detail: str = "",
        retry_after_s: float | None = None,
        is_retry_after_capped: bool = False,
        is_charge_unknown: bool = False,
    ) -> None:
        super().__init__(f"{provider}: {reason} {detail}".rstrip())
        self.reason = reason
        self.permanent = reason in reasons.PERMANENT
        self.provider = provider
        self.status = status
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.is_retry_after_capped = is_retry_after_capped
        self.is_charge_unknown = is_charge_unknown

    @property
    def sentence(self) -> str:
        """French, without the source's name; also a gettext message id."""
        return reasons.SENTENCES[self.reason]


def from_outgoing(
    error: OutgoingError, *, provider: str, by_status: dict[int, str] | None = None
) -> ProviderError:
    """The same failure in our terms; `by_status` names the source's own refusals."""
    reason: str = error.kind
    if error.status is not None and error.kind in {"bad_status", "server_error"}:
        reason = (by_status or {}).get(error.status, reason)
    return ProviderError(
        reason,
        provider=provider,
        status=error.status,
        detail=error.detail,
        retry_after_s=error.retry_after_s,
        is_retry_after_capped=error.is_retry_after_capped,
        is_charge_unknown=error.is_charge_unknown,
    )
