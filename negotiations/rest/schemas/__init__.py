"""The parts of the OpenAPI document that views refer to."""
