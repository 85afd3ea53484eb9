"""The frozen values of flags (失信惩戒)."""
