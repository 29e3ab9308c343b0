from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Names carry a hash of the content, in JavaScript module imports too, so browsers may keep them for ever."""

    support_js_module_import_aggregation = True
