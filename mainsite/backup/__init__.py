"""Backups: the database and the stored files, sealed, and back again."""
