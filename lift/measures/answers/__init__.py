"""Typed answers: what was read, whether it counts, and which part is off when it does not."""

from lift.measures.answers.diagnosis import Diagnosis, Slip, diagnose
from lift.measures.answers.reading import Reading, ReadProblem, Unreadable, read_answer, read_number, read_ratio
from lift.measures.answers.verdict import AnswerVerdict, Outcome, Tolerance, check_answer

__all__ = [
    "AnswerVerdict",
    "Diagnosis",
    "Outcome",
    "ReadProblem",
    "Reading",
    "Slip",
    "Tolerance",
    "Unreadable",
    "check_answer",
    "diagnose",
    "read_answer",
    "read_number",
    "read_ratio",
]
