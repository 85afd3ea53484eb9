"""Inspection (纪检查阅): mandates, and readings that are themselves on record."""
