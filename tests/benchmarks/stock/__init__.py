"""What most projects would write over the same tables: plain models, serializers and viewsets."""
