"""The stores of flags (失信惩戒)."""
