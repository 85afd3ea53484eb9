"""What is deployed: the API's blueprints, and one line for each job."""

from chalicelib.api import health, openapi, signing_keys
from chalicelib.api.gateway import App

app = App("xinnuo")

for part in (health, openapi, signing_keys):
    app.register_blueprint(part.routes.blueprint)
