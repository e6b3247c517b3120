"""PgBouncer's files, made from the environment."""
