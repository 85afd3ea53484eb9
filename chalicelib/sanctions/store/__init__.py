"""Loading and saving flags (失信惩戒)."""
