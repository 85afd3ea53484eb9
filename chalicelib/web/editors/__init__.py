"""Pages of those who edit items, measures and calendars (编辑)."""
