"""The ratios data set of INPI's deposits, played."""

import re
from typing import Any, ClassVar

from enrichment.sandbox.invented import inpi_bce
from enrichment.sandbox.invented.company import Invented
from enrichment.sandbox.played.opendatasoft import PlayedDataSet, page


class InpiBce(PlayedDataSet):
    name: ClassVar[str] = "inpi_bce"
    key: ClassVar[str] = "siren"
    lookups: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "GET",
            "/inpi-bce/api/explore/v2.1/catalog/datasets/ratios_inpi_bce/records",
        ),
    )
    folder: ClassVar[str] = "ratios_inpi_bce"
    files: ClassVar[re.Pattern[str]] = re.compile(
        r"(?:search_v1_)?(?:siren_)?([0-9]{9})(_.*)?\.json"
    )

    def shape(self, company: Invented) -> dict[str, Any]:
        return page(inpi_bce.rows(company))


PLAYED = InpiBce()
