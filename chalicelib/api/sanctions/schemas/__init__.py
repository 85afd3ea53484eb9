"""Request and response bodies of flags (失信惩戒)."""
