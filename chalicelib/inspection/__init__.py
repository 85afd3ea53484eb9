"""Inspection (纪检查阅): mandates, and read access that is itself recorded."""
