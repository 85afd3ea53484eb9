"""Promises that are tried and never kept on record."""
