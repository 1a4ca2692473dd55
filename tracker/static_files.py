"""Static files under names with a hash, compressed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFilesStorage(CompressedManifestStaticFilesStorage):
    """Put the hashed names into the imports of JavaScript modules as well."""

    support_js_module_import_aggregation = True
