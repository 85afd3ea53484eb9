"""Cards (黄牌、红牌): a person's finding on stated events, what was said against it, and what became of it."""
