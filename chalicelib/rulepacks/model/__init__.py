"""The frozen values of rule packs (规则包)."""
