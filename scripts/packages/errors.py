"""What can go wrong that a user can put right."""

from scripts.common.errors import UserError


class PackagingError(UserError):
    """A failure whose text says what is wrong, where, and what to do about it."""


class CheckoutError(PackagingError):
    """No checkout is at hand."""


class ProjectError(PackagingError):
    """pyproject.toml cannot be used."""


class LockError(PackagingError):
    """The lock of the dependencies cannot be used."""


class WheelError(PackagingError):
    """A dependency cannot be installed for Lambda, or is not what its wheel says."""


class SourceError(PackagingError):
    """A file under `lambdas/` cannot be packaged."""


class ContractsError(PackagingError):
    """A contract is wrong, or cannot be checked."""


class LicenceError(PackagingError):
    """A package has a licence that nobody allowed."""


class SizeError(PackagingError):
    """A package is larger than Lambda, or than the project, allows."""


class MismatchError(PackagingError):
    """A zip, its manifest and its object do not agree."""


class UploadError(PackagingError):
    """S3 or STS refused, or did not answer."""
