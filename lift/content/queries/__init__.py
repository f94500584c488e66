"""Reads of content: published modules, what is in the making, reviews, folders, where a module can be taught."""

from __future__ import annotations

from lift.content.queries.catalogue import (
    ModuleCard,
    credited,
    module_page,
    published_module,
    published_modules,
    version_with_steps,
)
from lift.content.queries.folders import (
    any_media_file,
    folder_of,
    media_file,
    media_names,
    module_folder,
    version_faults,
)
from lift.content.queries.hosting import Host, hosts_of
from lift.content.queries.making import (
    InTheMaking,
    average_wait,
    lineage_gaps,
    lineage_of,
    reviewers_of,
    reviews_in_the_making,
    version_of,
    versions_in_the_making,
    versions_of,
)
from lift.content.queries.reviews import (
    Remark,
    asked_reviews,
    gate_facts,
    issues_of,
    last_reviewed,
    recalled_steps,
    remarks_of,
    review_told,
    reviews_due,
    reviews_of,
    urls_to_check,
)

__all__ = [
    "Host",
    "InTheMaking",
    "ModuleCard",
    "Remark",
    "any_media_file",
    "asked_reviews",
    "average_wait",
    "credited",
    "folder_of",
    "gate_facts",
    "hosts_of",
    "issues_of",
    "last_reviewed",
    "lineage_gaps",
    "lineage_of",
    "media_file",
    "media_names",
    "module_folder",
    "module_page",
    "published_module",
    "published_modules",
    "recalled_steps",
    "remarks_of",
    "review_told",
    "reviewers_of",
    "reviews_due",
    "reviews_in_the_making",
    "reviews_of",
    "urls_to_check",
    "version_faults",
    "version_of",
    "version_with_steps",
    "versions_in_the_making",
    "versions_of",
]
