"""The portal: pages for people, drawn on the server, over the same services as the API."""
