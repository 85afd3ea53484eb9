"""Redress for the subject of a record or flag (异议、修复、撤销): objections, repairs and revocations."""
