"""The pictures, as SVG."""
