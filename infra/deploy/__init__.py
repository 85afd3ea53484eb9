"""Deploying: a package goes into the bucket of artefacts, and by a change set onto a stage; and back by one."""
