"""Which resources there are: filter, serializer and viewset of a concept in one file."""
