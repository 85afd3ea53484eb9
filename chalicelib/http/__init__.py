"""What both edges are made of, the API and the portal: requests, answers, problems, and calls between the two."""
