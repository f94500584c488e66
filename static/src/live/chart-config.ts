import type { Gap, Mark, Value } from './messages'

/** One panel of the chart. `key` is the variable's name; a residual panel shows machine minus twin of `key`. */
export interface PanelConfig {
  key: string
  title: string
  unit: string
  /** 'line' (default), 'step' (counters, states) or 'residual' (bars on the tolerance band). */
  kind?: 'line' | 'step' | 'residual'
  min?: number
  max?: number
  /** share of the height, 1 by default */
  weight?: number
  digits?: number
  twin?: boolean
  limits?: { value: number; label: string }[]
  /** residual: expected within ± this */
  tolerance?: number
  /** counters: what stands behind the value at the right, "parts" */
  word?: string
}

export interface History {
  times: number[]
  variables: Record<string, Value[]>
  twin?: { times: number[]; variables: Record<string, Value[]> }
  gaps?: Gap[]
  marks?: Mark[]
}

/** Sentences come translated from the server; `{…}` is filled in here. */
export interface ChartTexts {
  machine: string
  twin: string
  noData: string
  stale: string
  tooHigh: string
  tooLow: string
  asExpected: string
  time: string
  difference: string
  table: string
  empty: string
}

export interface ChartConfig {
  label: string
  zone: string
  /** seconds between samples; twice as long without one is "stale" */
  period: number
  panels: PanelConfig[]
  /** the computer copy alone answers: drawn in its colour, dashed */
  simulated?: boolean
  texts: ChartTexts
  /** GET → History; or the history itself */
  historyUrl?: string
  history?: History
}
