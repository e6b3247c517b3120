"""A worker of one batch as a process of its own, beside others.

    python -m enrichment.tests.enriching_process BATCH MOST

MOST is how many companies a transaction writes. It goes on until the batch has ended.
"""

import sys
import time

import django


def main(batch_id, most):
    django.setup()
    from enrichment import lane
    from enrichment.models import Batch

    writer = lane.GroupWriter

    def small(write, **given):
        return writer(write, **given | {"most": most})

    lane.GroupWriter = small
    while Batch.objects.get(pk=batch_id).state == "running":
        lane.run(batch_id)
        time.sleep(0.2)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
