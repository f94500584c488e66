"""Both lessons: every printed sum holds, both languages say the same, every name in them exists."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from lift.content.folder import CutKpiExercise, ModuleFolder, read_module, terms, write_module
from lift.content.folder.manifest import texts_in
from lift.content.texts import METHODS
from lift.edge.virtual.cell import ACTIONS, VARIABLES
from lift.edge.virtual.program import PROGRAM
from tests.content.arithmetic import numbers, sums
from tests.content.lessons import LINE, MODULES, OEE, STEPS, column, exercises, world

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("slug", [OEE, LINE])
def test_lesson_written_then_read_is_equal(tmp_path: Path, slug: str) -> None:
    write_module(MODULES[slug], tmp_path / slug)
    assert read_module(tmp_path / slug) == MODULES[slug]


@pytest.mark.parametrize(("slug", "key"), STEPS)
@pytest.mark.parametrize("language", ["en", "it"])
def test_sums_printed_in_a_step_hold(slug: str, key: str, language: str) -> None:
    assert [each.text for each in sums(MODULES[slug].texts[key][language], language) if not each.holds] == []


def test_sums_are_found_where_the_lessons_reckon() -> None:
    count = {(slug, key): len(sums(MODULES[slug].texts[key]["en"], "en")) for slug, key in STEPS}
    assert {key: found for (slug, key), found in count.items() if slug == OEE and found} == {
        "what-oee-means": 4,
        "read-a-counter": 5,
        "the-three-losses": 6,
        "your-own-recording": 2,
        "compare-with-the-twin": 6,
    }
    assert sum(found for (slug, _), found in count.items() if slug == LINE) == 12


def test_sum_that_is_wrong_is_noticed() -> None:
    assert [each.holds for each in sums("16 ÷ 25 = 64.0 %, 16 ÷ 25 = 65.0 %, (2 + 3) × 4 min = 20 min", "en")] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(("slug", "key"), STEPS)
def test_step_says_the_same_numbers_in_both_languages(slug: str, key: str) -> None:
    texts = MODULES[slug].texts[key]
    assert Counter(numbers(texts["en"], "en")) == Counter(numbers(texts["it"], "it"))


@pytest.mark.parametrize(("slug", "key"), STEPS)
def test_step_is_built_the_same_in_both_languages(slug: str, key: str) -> None:
    shapes = [
        [re.match(r"#+ |\||\* |\d+\. |::: ?\w*|!\[|$", line) for line in text.splitlines()]
        for text in MODULES[slug].texts[key].values()
    ]
    english, italian = (Counter(found[0] for found in shape if found) for shape in shapes)
    assert english == italian


def test_texts_of_the_manifests_say_the_same_numbers_in_both_languages() -> None:
    different = [
        (slug, place)
        for slug, module in MODULES.items()
        for place, text in texts_in(module.manifest)
        if numbers(text["en"], "en") != numbers(text["it"], "it")
    ]
    assert different == []


def test_explanations_and_prompts_print_sums_that_hold() -> None:
    found = [
        each
        for module in MODULES.values()
        for _, text in texts_in(module.manifest)
        for language in ("en", "it")
        for each in sums(text[language], language)
    ]
    assert [each.text for each in found if not each.holds] == []
    assert len(found) >= 30


def test_glossary_explains_every_marked_word_in_one_sentence_per_language() -> None:
    glossary = world("data/glossary.toml")
    marked = {
        (key, language)
        for module in MODULES.values()
        for texts in module.texts.values()
        for language, text in texts.items()
        for _, key in terms(text)
    }
    assert {key for key, _ in marked} - set(glossary) == set()
    assert len(marked) == 28
    sentences = [(key, language, text) for key, word in glossary.items() for language, text in word["text"].items()]
    assert [(key, language) for key, language, text in sentences if not re.fullmatch(r"[A-Z“].*[^.]\.", text)] == []
    assert [key for key, word in glossary.items() if sorted(word["text"]) != ["de", "en", "it"]] == []
    assert [key for key, word in glossary.items() if sorted(word["shown"]) != ["de", "en", "it"]] == []


@pytest.mark.parametrize("slug", [OEE, LINE])
def test_lesson_names_group_partners_skills_and_method_that_exist(slug: str) -> None:
    manifest = MODULES[slug].manifest
    assert manifest.slug == slug
    assert manifest.topic in column("working_groups", "slug")
    assert set(manifest.credits) <= column("lift_partners", "id")
    assert {skill.uri for skill in manifest.skills} <= column("esco_skills", "uri")
    assert manifest.method in METHODS
    assert len(manifest.entry) == 3


def test_lessons_take_the_minutes_they_say() -> None:
    assert {slug: module.manifest.minutes for slug, module in MODULES.items()} == {OEE: 62, LINE: 58}


def test_machine_of_the_lesson_has_what_the_steps_use() -> None:
    needed = MODULES[OEE].manifest.requirements
    types = {kind["key"]: kind["capabilities"] for kind in world("world/asset_types.toml")["asset_types"]}
    assert needed is not None
    assert set(needed.capabilities) <= set(types[needed.asset_type])
    driven = {name for step in MODULES[OEE].manifest.steps for name in step.drives}
    assert driven <= {*VARIABLES, *ACTIONS}


def test_recordings_are_judged_by_the_ideal_time_of_the_cell() -> None:
    asked = exercises(CutKpiExercise)
    assert {each.ideal_seconds_per_part for each in asked.values()} == {sum(step.seconds for step in PROGRAM)}
    assert {key: each.kpi for key, each in asked.items()} == {
        "oee-of-my-window": "oee",
        "effectiveness-of-my-window": "effectiveness",
    }


def test_every_lesson_ends_with_something_to_take_home() -> None:
    def last(module: ModuleFolder) -> str:
        return module.texts[module.manifest.steps[-1].key]["en"]

    assert {slug: "## Take it home" in last(module) for slug, module in MODULES.items()} == {OEE: True, LINE: True}
