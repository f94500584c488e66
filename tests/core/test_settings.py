"""Settings tell every fault at once, by name, with an example; the docs list exactly what is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import ROOT, TABLE, Settings, SettingsError, stored_secret


def load(tmp_path: Path, **values: str) -> Settings:
    return Settings.load({"LIFT_HOME": str(tmp_path), **values})


def test_settings_have_defaults_for_everything(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert (settings.port, settings.mode, settings.languages) == (8000, "demo", ("en", "it", "de"))
    assert settings.public_url == "http://127.0.0.1:8000"


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, PORT="eight", LIFT_MODE="live", LIFT_COOKIE_SECURE="maybe", LIFT_PROT="8000")
    assert caught.value.faults == [
        "LIFT_PROT: no such setting, see docs/settings.md",
        "PORT: 'eight' is not a whole number, example 8000",
        "LIFT_MODE: 'live' is not one of demo, production, test, example production",
        "LIFT_COOKIE_SECURE: 'maybe' is neither true nor false, example true",
    ]


def test_port_outside_its_range_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PORT: 70000 is not between 1 and 65535"):
        load(tmp_path, PORT="70000")


def test_another_database_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LIFT_DATABASE_URL: only PostgreSQL"):
        load(tmp_path, LIFT_DATABASE_URL="sqlite:///lift.db")


def test_production_without_https_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, LIFT_MODE="production")
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["LIFT_COOKIE_SECURE", "LIFT_PUBLIC_URL"]


def test_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = stored_secret(tmp_path, "secret_key")
    assert stored_secret(tmp_path, "secret_key") == first
    assert (tmp_path / "secrets" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert len(first) >= 64


def test_docs_list_every_setting_and_no_other() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    assert documented == [setting.name for setting in TABLE]
