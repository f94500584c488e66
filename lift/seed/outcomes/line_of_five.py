"""Five stations in a row with buffers between them: how many parts an hour does the line make?

times: seconds per part of each station; places: parts that fit between two stations. No failures, no luck.
"""


def parts_per_hour(times: list[float], places: list[int], hours: float = 1) -> int:
    """Deterministic blocking-after-service line, first part into an empty line."""
    limit = hours * 3600
    leave: list[list[float]] = [[] for _ in times]
    part = 0
    while True:
        ready = 0.0
        for station, seconds in enumerate(times):
            start = max(ready, leave[station][-1] if leave[station] else 0.0)
            end = start + seconds
            ahead = part - places[station] - 1 if station < len(places) else -1
            if ahead >= 0:
                end = max(end, leave[station + 1][ahead] - times[station + 1])
            leave[station].append(end)
            ready = end
        if leave[-1][-1] > limit:
            return part
        part += 1


if __name__ == "__main__":
    print(parts_per_hour([30, 34, 40, 32, 28], [2, 2, 2, 2]))
