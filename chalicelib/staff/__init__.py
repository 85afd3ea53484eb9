"""The register of staff (人员登记): who works where, in which roles, and who stands in for whom."""
