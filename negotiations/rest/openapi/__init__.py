"""The OpenAPI document: what drf-spectacular finds of the views, in our words."""
