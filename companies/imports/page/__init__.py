"""What the pages of an import show: pure reading of its row, no writing."""
