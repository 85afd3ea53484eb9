"""The deployment package: what is deployed, on every stage, and nothing beside it."""
