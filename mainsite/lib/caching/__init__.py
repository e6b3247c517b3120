"""The engine of the cache; applications come in by `mainsite.lib.cache`."""
