"""Ways back for whoever a record or a flag is about (异议、修复、撤销): objections, repairs and revocations."""
