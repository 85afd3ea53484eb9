"""Documents that the office issues (文书制发): made from a template or uploaded, sealed, opened, and checked."""
