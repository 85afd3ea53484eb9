"""The HTTP machinery of the API and the portal: requests, responses, problems, and in-process calls."""
