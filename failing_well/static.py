from pathlib import Path

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Names carry a hash of the content, in JavaScript module imports too, so browsers may keep
    them for ever.
    """

    support_js_module_import_aggregation = True

    def post_process(self, *args, **options):
        """Whoever collects, root perhaps, need not be who serves: the umask of registers/apps.py is
        not for these.
        """
        yield from super().post_process(*args, **options)
        folder = Path(self.location)
        for path in (folder, *folder.rglob("*")):
            mode = path.stat().st_mode
            readable = mode | (0o755 if path.is_dir() else 0o644)
            if mode != readable:
                path.chmod(readable)
