import type { Gap, Mark, Value } from './messages'

const KEEP_SECONDS = 4 * 3600

type Column = (number | null)[]

function toNumber(value: Value | undefined): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'boolean' ? Number(value) : null
}

/** Columns over rising times. A hole in time becomes a row of nulls, so that no line is drawn across it. */
export class Series {
  times: number[] = []
  columns = new Map<string, Column>()

  constructor(private readonly keys: readonly string[], private readonly hole: number) {
    for (const key of keys) this.columns.set(key, [])
  }

  get last(): number | null {
    return this.times.at(-1) ?? null
  }

  /** Adds rows after the last one; rows before the first one (a history that came after the first live values) go in front. */
  add(times: readonly number[], variables: Record<string, readonly Value[]>): void {
    const begin = this.times[0]
    if (begin !== undefined && (times[0] ?? begin) < begin) this.prepend(times.filter((time) => time < begin), variables)
    times.forEach((time, index) => {
      const last = this.last
      if (last !== null && time <= last) return
      if (last !== null && time - last > this.hole) this.row(last + this.hole / 2, () => null)
      this.row(time, (key) => toNumber(variables[key]?.[index]))
    })
    this.forget()
  }

  private prepend(times: readonly number[], variables: Record<string, readonly Value[]>): void {
    const older = new Series(this.keys, this.hole)
    older.add(times, variables)
    const gone = (this.times[0] as number) - (older.last as number) > this.hole
    if (gone) older.row((older.last as number) + this.hole / 2, () => null)
    this.times = [...older.times, ...this.times]
    for (const [key, column] of this.columns) this.columns.set(key, [...(older.columns.get(key) ?? []), ...column])
  }

  /** The latest value that was said, with its time; null before the first. */
  latest(key: string): { time: number; value: number } | null {
    const column = this.columns.get(key) ?? []
    for (let index = column.length - 1; index >= 0; index -= 1) {
      const value = column[index]
      if (value !== null && value !== undefined) return { time: this.times[index] as number, value }
    }
    return null
  }

  /** The value at or just before an instant, null inside a hole. */
  at(key: string, time: number): number | null {
    let low = 0
    let high = this.times.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      if ((this.times[middle] as number) <= time) low = middle + 1
      else high = middle - 1
    }
    return high < 0 || time - (this.times[high] as number) > this.hole ? null : (this.columns.get(key)?.[high] ?? null)
  }

  private row(time: number, value: (key: string) => number | null): void {
    this.times.push(time)
    for (const key of this.keys) this.columns.get(key)?.push(value(key))
  }

  private forget(): void {
    const first = this.times.findIndex((time) => time > (this.last ?? 0) - KEEP_SECONDS)
    if (first < 2000) return
    this.times.splice(0, first)
    for (const column of this.columns.values()) column.splice(0, first)
  }
}

/** What the chart knows: machine, twin, holes and marks. */
export class LiveStore {
  readonly machine: Series
  readonly twin: Series
  gaps: Gap[] = []
  marks: Mark[] = []

  constructor(readonly keys: readonly string[], private readonly period: number) {
    const hole = Math.max(3, 4 * period)
    this.machine = new Series(keys, hole)
    this.twin = new Series(keys, hole)
  }

  /** Adds what the machine said, and remembers the hole before it as a gap. */
  addMachine(times: readonly number[], variables: Record<string, readonly Value[]>): void {
    const hole = Math.max(3, 4 * this.period)
    let before = this.machine.last
    for (const time of times) {
      if (before !== null && time - before > hole) this.addGap({ start: before, end: time })
      before = Math.max(before ?? time, time)
    }
    this.machine.add(times, variables)
  }

  addTwin(times: readonly number[], variables: Record<string, readonly Value[]>): void {
    this.twin.add(times, variables)
  }

  addGap(gap: Gap): void {
    const same = this.gaps.find((other) => other.start <= gap.end && gap.start <= other.end)
    if (!same) this.gaps.push(gap)
    else Object.assign(same, { start: Math.min(same.start, gap.start), end: Math.max(same.end, gap.end) })
  }

  addMark(mark: Mark): void {
    if (!this.marks.some((other) => other.at === mark.at)) this.marks.push(mark)
  }

  get now(): number {
    return Math.max(this.machine.last ?? 0, this.twin.last ?? 0)
  }

  get begin(): number {
    return Math.min(this.machine.times[0] ?? Infinity, this.twin.times[0] ?? Infinity)
  }
}
