"""Who is logged in to the portal: what a browser holds opens what the store keeps, and neither is enough alone."""
