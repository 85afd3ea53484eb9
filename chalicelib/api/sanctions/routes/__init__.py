"""Routes of flags (失信惩戒)."""
