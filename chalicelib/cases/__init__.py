"""Drafts, filing, handling, decision, verification and consequences (办件)."""
