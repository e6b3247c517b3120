"""What enrichment does in a second, and what it costs, beside what bounds it."""
