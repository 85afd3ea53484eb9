"""The tables of flags (失信惩戒)."""
