"""Pages of discipline inspectors (纪检)."""
