"""Cases (办件): drafts, filing, handling, decisions, verification and its consequences."""
