"""Where content is stored."""

from pathlib import Path

from kernel.content.errors import ContentError


def find_configs(package: Path) -> Path:
    """Find a product's folder in configs/; it has the name of the product's package.

    In Lambda, configs/ is next to the package, because the product's layer holds both; in a checkout, it is further up.
    """
    for directory in package.parents:
        if (directory / "configs" / package.name).is_dir():
            return directory / "configs" / package.name
    raise ContentError(f"configs/{package.name}", "", f"not found above {package}")
