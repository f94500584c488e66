"""One sentence per fault of a module folder, and the way out of it; `%(…)s` are filled from the fault's values."""

from __future__ import annotations

from lift.core.i18n import N_

FAULTS: dict[str, tuple[str, str]] = {
    "not_a_zip": (
        N_("This is no zip archive that can be read."),
        N_("Pack the folder with module.toml as a zip file."),
    ),
    "zip_path": (
        N_("The archive holds a path that leads outside its folder: %(value)s."),
        N_("Pack the folder again; only module.toml, steps and media belong in it."),
    ),
    "zip_bomb": (
        N_("The archive unpacks to far more than it should."),
        N_("A module has at most 200 files, and a picture at most 512 kB."),
    ),
    "zip_locked": (N_("The archive is protected with a password."), N_("Pack it without one.")),
    # shape of values, by the error type of pydantic
    "missing": (N_("This is missing."), N_("Add it; README.md of the modules shows an example.")),
    "extra_forbidden": (N_("This name is not known."), N_("Correct its spelling or remove it.")),
    "string_type": (N_("Text in quotation marks is expected here."), N_('Write it as "text".')),
    "string_too_short": (N_("This text is empty or too short."), N_("Write at least %(min_length)s characters.")),
    "string_too_long": (N_("This text is too long."), N_("Shorten it to at most %(max_length)s characters.")),
    "string_pattern_mismatch": (
        N_("This value has the wrong form."),
        N_("Use the form %(pattern)s."),
    ),
    "int_type": (N_("A whole number is expected here."), N_("Write it without quotation marks, for example 8.")),
    "float_type": (N_("A number is expected here."), N_("Write it without quotation marks, for example 0.5.")),
    "bool_type": (N_("Yes or no is expected here."), N_("Write true or false, without quotation marks.")),
    "finite_number": (N_("The number must be finite."), N_("Write an ordinary number.")),
    "greater_than": (N_("The number is too small."), N_("It must be above %(gt)s.")),
    "greater_than_equal": (N_("The number is too small."), N_("The smallest value is %(ge)s.")),
    "less_than_equal": (N_("The number is too large."), N_("The largest value is %(le)s.")),
    "too_short": (N_("This list is too short."), N_("Give at least %(min_length)s entries.")),
    "too_long": (N_("This list is too long."), N_("Give at most %(max_length)s entries.")),
    "literal_error": (N_("This value is not one of the possible ones."), N_("Use one of %(expected)s.")),
    "list_type": (N_("A list is expected here."), N_("Write it in square brackets, or as repeated [[…]] tables.")),
    "dict_type": (N_("A table is expected here."), N_("Write it as a [table] with one line per entry.")),
    "model_type": (N_("A table is expected here."), N_("Write it as a [table] with one line per entry.")),
    "union_tag_not_found": (N_("The kind is missing."), N_('Add a line such as %(discriminator)s = "…".')),
    "union_tag_invalid": (N_("This kind is not known."), N_("Use one of %(expected_tags)s.")),
    # rules of the format
    "control_character": (
        N_("The text contains a character that cannot be seen."),
        N_("Remove it; only line breaks and tabs may stand beside visible characters."),
    ),
    "language_missing": (
        N_("The text is missing in %(languages)s."),
        N_("Translate it, or take the language out of `languages`."),
    ),
    "language_unknown": (
        N_("The text is given in %(languages)s, which the module does not list."),
        N_("Add the language to `languages`, or remove the text."),
    ),
    "duplicate": (N_("%(value)s occurs twice."), N_("Give each entry its own name.")),
    "minutes_sum": (
        N_("The module says %(minutes)s minutes, its steps add up to %(sum)s."),
        N_("Write minutes = %(sum)s, or change the minutes of a step."),
    ),
    "credits_sum": (N_("The shares add up to %(sum)s, not to 100."), N_("Change the shares until they add up to 100.")),
    "needs_requirements": (
        N_("A live step needs a machine, but the module does not say which."),
        N_("Add a [requirements] table with the asset type, its capabilities, minutes and operators."),
    ),
    "needs_fallback": (
        N_("A live step must say what happens when the machine fails."),
        N_('Add fallback = "twin" to the step.'),
    ),
    "drives_unused": (N_("Nothing is driven in this kind of step."), N_("Remove the line `drives`.")),
    "fallback_unused": (N_("Only live steps have a fallback."), N_("Remove the line.")),
    "kind_mismatch": (
        N_("An exercise of kind %(exercise)s cannot stand in a step of kind %(step)s."),
        N_("Move it into a step of kind %(possible)s."),
    ),
    "completion_mismatch": (
        N_("The step counts as done by %(rule)s, but nothing in it can show that."),
        N_("Add an exercise of kind %(possible)s, or choose another completion rule."),
    ),
    "completion_too_many": (
        N_("The completion rule asks for %(asked)s, the step has only %(there)s."),
        N_("Lower the number, or add exercises."),
    ),
    "no_right_option": (N_("No option is marked as right."), N_("Add correct = true to at least one option.")),
    "no_wrong_option": (N_("Every option is marked as right."), N_("Mark at least one option with correct = false.")),
    "window_order": (
        N_("The shortest window is longer than the longest one."),
        N_("Swap window_minutes_min and window_minutes_max."),
    ),
    "check_variable": (
        N_("The check %(act)s and its variable do not fit together."),
        N_("Name a variable for `inside` and `outside`; `stop` has none."),
    ),
    "upload_empty": (
        N_("The exercise accepts neither a file nor a text."),
        N_("List file kinds, or set text_characters_max above 0."),
    ),
    "changed_unknown": (
        N_("The parameter %(value)s is to be changed, but has no start value."),
        N_("Add it under [start], or take it out of `changed`."),
    ),
    "claim_result": (
        N_("The claim %(claim)s and the line `result` do not fit together."),
        N_("Name a result for `number` and `compare`; `bottleneck` has none."),
    ),
    "claim_tolerance": (
        N_("The claim %(claim)s and the line `tolerance_percent` do not fit together."),
        N_("Give tolerance_percent for `number` only."),
    ),
    "text_order": (
        N_("The shortest text is longer than the longest one."),
        N_("Swap text_characters_min and text_characters_max."),
    ),
    # files
    "not_a_folder": (N_("There is no folder here."), N_("Give the folder that holds module.toml.")),
    "not_empty": (N_("The folder is not empty."), N_("Choose a new or an empty folder.")),
    "file_missing": (N_("The file is missing."), N_("Add it to the folder.")),
    "file_unknown": (
        N_("The file does not belong to the module."),
        N_("Remove it, or rename it as steps/NN-key.language.md or media/name.svg."),
    ),
    "file_unused": (N_("No step shows this picture."), N_("Use it in a step, or remove it.")),
    "file_link": (N_("The file is a link to somewhere else."), N_("Put the file itself into the folder.")),
    "file_too_large": (N_("The file has more than %(limit)s bytes."), N_("Make it smaller.")),
    "too_many_files": (N_("The folder holds more than %(limit)s files."), N_("Split the module into two.")),
    "not_utf8": (N_("The file is not text in UTF-8."), N_("Save it as UTF-8.")),
    "bad_toml": (N_("The file cannot be read: %(detail)s."), N_("Correct the line named.")),
    # references inside a step's text
    "picture_missing": (
        N_("The picture %(value)s is not in the folder."),
        N_("Put it under media/, or correct the name."),
    ),
    "picture_foreign": (
        N_("The picture %(value)s lies outside the module."),
        N_("Put a copy under media/ and show it as media/name.svg."),
    ),
    "picture_no_alt": (
        N_("The picture %(value)s has no description for people who cannot see it."),
        N_("Write it between the square brackets: ![description](media/name.svg)."),
    ),
    "link_scheme": (
        N_("The link %(value)s does not start with https://."),
        N_("Use the full address with https://, or remove the link."),
    ),
    "svg_unreadable": (N_("The picture cannot be read: %(detail)s."), N_("Export it again as plain SVG.")),
    "svg_forbidden": (
        N_("The picture contains %(value)s, which is not allowed in a module."),
        N_("Export it as plain SVG: shapes and text only, nothing loaded from elsewhere."),
    ),
}
OTHER = (N_("This value does not fit: %(detail)s."), N_("Compare it with the example in README.md of the modules."))
