"""A real browser for the portal: finding Chromium, and using the portal as people do."""
