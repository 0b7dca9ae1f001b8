"""Everything kept on disk: SQLite store, atomic files, journal, model registry, locks."""
