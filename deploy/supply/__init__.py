"""What we are made of: our own code judged, packages audited, all of it listed."""
