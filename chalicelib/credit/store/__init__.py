"""Loading and saving credit (信用)."""
