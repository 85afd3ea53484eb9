"""Routes and bodies of flags (失信惩戒)."""
