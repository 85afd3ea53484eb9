"""Aliases (主体关联): that two identities are one subject, or that one took over the other, by a document (R6.4)."""
