from pathlib import Path

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """File names with a hash of the content, so that browsers may cache them for ever.

    In JavaScript module imports too.
    """

    support_js_module_import_aggregation = True

    def post_process(self, *args, **options):
        """Make the files readable to whoever serves them.

        The umask of registers/apps.py is not meant for these.
        """
        yield from super().post_process(*args, **options)
        folder = Path(self.location)
        for path in (folder, *folder.rglob("*")):
            mode = path.stat().st_mode
            readable = mode | (0o755 if path.is_dir() else 0o644)
            if mode != readable:
                path.chmod(readable)
