"""Plays Airtable's web API over HTTP, with the limits that Airtable documents.

A program of its own: it imports nothing else of ours, and keeps its bases in memory.
"""
