"""The faces: pages, fragments, the JSON API and the endpoints of gateways."""
