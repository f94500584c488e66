"""The module folder: training content as files (module.toml, steps in Markdown per language, pictures as SVG).

Pure: reads and writes a folder, checks it, knows nothing of the database. The format is shown in
`lift/seed/modules/README.md`.
"""

from __future__ import annotations

from lift.content.folder.exercises import (
    ChoiceExercise,
    CutKpiExercise,
    Exercise,
    NumberExercise,
    SimulationExercise,
    TwinDriveExercise,
    UploadExercise,
)
from lift.content.folder.faults import Fault, FolderError
from lift.content.folder.files import ModuleFolder, module_faults, read_module, step_file, write_module
from lift.content.folder.manifest import Manifest, Requirements, Skill, Step
from lift.content.folder.markup import terms
from lift.content.folder.zips import pack, unpack

__all__ = [
    "ChoiceExercise",
    "CutKpiExercise",
    "Exercise",
    "Fault",
    "FolderError",
    "Manifest",
    "ModuleFolder",
    "NumberExercise",
    "Requirements",
    "SimulationExercise",
    "Skill",
    "Step",
    "TwinDriveExercise",
    "UploadExercise",
    "module_faults",
    "pack",
    "read_module",
    "step_file",
    "terms",
    "unpack",
    "write_module",
]
