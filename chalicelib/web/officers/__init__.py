"""Pages of officers (经办人)."""
