"""What files cost, in and out, beside the libraries and PostgreSQL's own COPY."""
