"""Facts of many companies as columns, read in the moment of a snapshot."""
