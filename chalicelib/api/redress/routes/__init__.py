"""Routes of redress (异议、修复、撤销)."""
