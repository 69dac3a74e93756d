"""Who may import whom, and what may not be in the lock."""

from __future__ import annotations

import ast
import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FORBIDDEN = {
    "broadsheet": {"crawlers", "processors", "airflow", "scrapy"},
    "processors": {"crawlers", "airflow", "scrapy", "twisted"},
    "crawlers": {"processors", "airflow"},
}
COMPOSITION = {"broadsheet/cli.py", "broadsheet/tasks.py"}
"""Where the halves meet: each DAG task's function, and its command."""


def imported(path: Path) -> set[str]:
    """Top-level names of all that a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", FORBIDDEN)
def test_the_halves_do_not_import_each_other(package: str) -> None:
    modules = [path for path in (ROOT / package).rglob("*.py") if str(path.relative_to(ROOT)) not in COMPOSITION]
    assert modules
    wrong = {str(path.relative_to(ROOT)): imported(path) & FORBIDDEN[package] for path in modules}
    assert {path: names for path, names in wrong.items() if names} == {}


def test_no_module_but_settings_reads_the_environment_for_its_behaviour() -> None:
    allowed = {"broadsheet/tasks.py", "broadsheet/supervisor.py", "broadsheet/demo.py"}
    readers = {
        str(path.relative_to(ROOT))
        for package in FORBIDDEN
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"os\.environ\b(?!, )|os\.getenv", path.read_text())
    }
    unexpected = {path for path in readers - allowed if "BROADSHEET_" in (ROOT / path).read_text()}
    assert unexpected == set()


def locked() -> list[str]:
    return re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def test_the_lock_names_no_host_and_hashes_everything() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        for entry in re.split(r"\n(?=[A-Za-z0-9])", text):
            if "==" in entry.split("\n")[0]:
                assert "--hash=sha256:" in entry


def licence_of(name: str) -> str:
    try:
        found = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    classifiers = [line for line in found.get_all("Classifier") or [] if line.startswith("License")]
    given = found.json
    return " ".join([str(given.get("license_expression", "")), str(given.get("license", ""))[:200], *classifiers])


def test_no_package_of_the_lock_is_under_gpl_or_agpl() -> None:
    names = locked()
    assert len(names) > 50
    guilty = {
        name: licence
        for name in names
        if re.search(r"\bA?GPL|GNU (Affero )?General Public", licence := licence_of(name))
        # Under several licences at choice: text-unidecode, which Airflow brings, is also under the Artistic License.
        and not re.search(r"LGPL|Lesser|MIT|BSD|Apache|MPL|Artistic", licence)
    }
    assert guilty == {}
