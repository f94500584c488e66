import uPlot from 'uplot'
import type { ChartConfig, PanelConfig } from './chart-config'
import { fill } from './messages'
import type { LiveStore } from './store'

export const LEFT = 46
export const RIGHT = 118
const TITLE = 24
const AXIS = 24

/** The colours of the look in force, read from the tokens. */
export interface Colours {
  ink: string
  muted: string
  line: string
  rule: string
  live: string
  twin: string
  twinTint: string
  att: string
  bad: string
  off: string
  surface: string
}

export function readColours(element: HTMLElement): Colours {
  const style = getComputedStyle(element)
  const read = (name: string): string => style.getPropertyValue(`--l-${name}`).trim()
  return {
    ink: read('ink'), muted: read('muted'), line: read('line'), rule: read('rule'), live: read('live'), twin: read('twin'),
    twinTint: read('twin-tint'), att: read('att'), bad: read('bad'), off: read('bar'), surface: read('surface'),
  }
}

export interface PanelPlace {
  first: boolean
  last: boolean
  height: number
  width: number
}

/** A right-margin label: its place in pixels from the panel's top. */
export interface Label {
  y: number
  text: string
  tone: 'machine' | 'twin' | 'limit' | 'off' | 'muted'
}

/** One uPlot of the stack; all of them share the window of time that the chart sets. */
export class Panel {
  readonly root = document.createElement('div')
  private readonly plot: uPlot
  private colours: Colours

  constructor(
    readonly config: PanelConfig, private readonly chart: ChartConfig, private readonly store: LiveStore,
    place: PanelPlace, private readonly timeText: (instant: number) => string, sync: string,
  ) {
    this.root.className = 'l-live__panel'
    this.colours = readColours(document.documentElement)
    const title = document.createElement('div')
    title.className = 'l-live__title'
    const strong = document.createElement('b')
    strong.textContent = config.title
    const unit = document.createElement('span')
    unit.textContent = ` ${config.unit}`
    title.append(strong, unit)
    this.root.append(title)
    this.plot = new uPlot(this.options(place, sync), this.data(0, 1), this.root)
  }

  /** The colour of whoever answers: a simulated value never looks like a live one. */
  private get main(): string {
    return this.chart.simulated ? this.colours.twin : this.colours.live
  }

  static chrome(panels: number): number {
    return panels * TITLE + AXIS
  }

  resize(place: PanelPlace): void {
    this.plot.setSize({ width: place.width, height: place.height + TITLE + (place.last ? AXIS : 0) })
  }

  show(from: number, to: number): void {
    this.plot.batch(() => {
      this.plot.setData(this.data(from, to), false)
      this.plot.setScale('x', { min: from, max: to })
      const [low, high] = this.scale(from, to)
      this.plot.setScale('y', { min: low, max: high })
    })
  }

  recolour(): void {
    this.colours = readColours(document.documentElement)
    this.plot.redraw(false, true)
  }

  labels(): Label[] {
    const { key, digits = 0, kind } = this.config
    const top = TITLE
    const at = (value: number): number => top + this.plot.valToPos(value, 'y')
    const machine = this.store.machine.latest(key)
    const twin = this.config.twin ? this.store.twin.latest(key) : null
    if (kind === 'residual') return this.residualLabels(at, digits)
    const labels: Label[] = (this.config.limits ?? []).map((limit) => ({ y: at(limit.value), text: limit.label, tone: 'limit' }))
    const { texts } = this.chart
    const [word, tone] = this.chart.simulated ? [texts.twin, 'twin' as const] : [texts.machine, 'machine' as const]
    if (machine) labels.push({ y: at(machine.value), text: `${machine.value.toFixed(digits)} ${this.config.word ?? word}`, tone })
    if (twin) labels.push({ y: at(twin.value), text: `${twin.value.toFixed(digits)} ${texts.twin}`, tone: 'twin' })
    return labels
  }

  private residualLabels(at: (value: number) => number, digits: number): Label[] {
    const machine = this.store.machine.latest(this.config.key)
    const twin = machine ? this.store.twin.at(this.config.key, machine.time) : null
    if (!machine || twin === null) return []
    const difference = machine.value - twin
    const beyond = Math.abs(difference) > (this.config.tolerance ?? Infinity)
    const { texts } = this.chart
    const word = beyond ? (difference > 0 ? texts.tooHigh : texts.tooLow) : texts.asExpected
    const sign = difference > 0 ? '+' : difference < 0 ? '−' : ''
    return [
      { y: at(0) - 8, text: `${sign}${Math.abs(difference).toFixed(digits)} ${this.config.unit}`, tone: beyond ? 'off' : 'muted' },
      { y: at(0) + 8, text: word, tone: beyond ? 'off' : 'muted' },
    ]
  }

  private data(from: number, to: number): uPlot.AlignedData {
    const { key, kind } = this.config
    const machine = this.store.machine
    const column = machine.columns.get(key) ?? []
    if (kind === 'residual') {
      const difference = machine.times.map((time, index) => {
        const value = column[index]
        const twin = value === null || value === undefined || time < from || time > to ? null : this.store.twin.at(key, time)
        return twin === null || value === null || value === undefined ? null : value - twin
      })
      return [machine.times, difference]
    }
    if (!this.config.twin || !this.store.twin.times.length) return [machine.times, column]
    const twin = this.store.twin
    const [keep, widen] = [1, 2] as const // a null of the machine stands for the whole hole, also where the twin has values
    return uPlot.join([[machine.times, column], [twin.times, twin.columns.get(key) ?? []]], [[keep, widen], [keep, keep]])
  }

  /** The scale as configured; where it is not, what lies in the window with some air. */
  private scale(from: number, to: number): [number, number] {
    const { min, max, kind, tolerance = 1 } = this.config
    if (min !== undefined && max !== undefined) return [min, max]
    let low = kind === 'residual' ? -tolerance * 1.6 : Infinity
    let high = kind === 'residual' ? tolerance * 1.6 : -Infinity
    const [times, ...columns] = this.plot.data
    for (const column of columns) {
      times.forEach((time, index) => {
        const value = column?.[index]
        if (time < from || time > to || value === null || value === undefined) return
        low = Math.min(low, value)
        high = Math.max(high, value)
      })
    }
    for (const limit of this.config.limits ?? []) high = Math.max(high, limit.value)
    if (low > high) return [min ?? 0, max ?? 1]
    const air = Math.max((high - low) * 0.12, kind === 'step' ? 1 : 0.5)
    return [min ?? (kind === 'step' ? Math.max(0, low - air) : low - air), max ?? high + air]
  }

  private options(place: PanelPlace, sync: string): uPlot.Options {
    const { config } = this
    const font = `12px ${getComputedStyle(document.documentElement).getPropertyValue('--l-mono')}`
    const stepped = uPlot.paths.stepped?.({ align: 1 })
    const bars = uPlot.paths.bars?.({ size: [0.8, 5] })
    const machine: uPlot.Series = {
      stroke: () => this.main, width: 1.9, spanGaps: false, points: { show: false },
      ...(this.chart.simulated ? { dash: [5, 3.5] } : {}),
      ...(config.kind === 'step' && stepped ? { paths: stepped } : {}),
      ...(config.kind === 'residual' && bars ? { paths: bars, stroke: () => 'transparent', width: 0, fill: () => this.colours.off } : {}),
    }
    const twin: uPlot.Series = { stroke: () => this.colours.twin, width: 1.7, dash: [5, 3.5], spanGaps: true, points: { show: false } }
    const few = place.height < 60
    return {
      width: place.width, height: place.height + TITLE + (place.last ? AXIS : 0), ms: 1e-3, padding: [TITLE, RIGHT, place.last ? 0 : 5, 0],
      legend: { show: false }, cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: sync } },
      scales: { x: { time: true, auto: false }, y: { auto: false } },
      axes: [
        {
          show: true, size: place.last ? AXIS : 0, font, stroke: () => this.colours.muted, gap: 4, space: 54,
          grid: { stroke: () => this.colours.line, width: 1 }, ticks: { show: false },
          values: (_plot, times) => times.map((time) => (place.last ? this.timeText(time) : '')),
        },
        {
          size: LEFT, font, stroke: () => this.colours.muted, gap: 6, space: few ? 14 : 26,
          grid: { stroke: () => this.colours.line, width: 1 }, ticks: { show: false },
          ...(config.kind === 'residual' ? { splits: () => [-(config.tolerance ?? 1), config.tolerance ?? 1] } : {}),
          values: (_plot, values) => values.map((value) => String(Number(value.toFixed(2))).replace('-', '−')),
        },
      ],
      series: [{}, machine, ...(config.twin && config.kind !== 'residual' ? [twin] : [])],
      hooks: {
        drawClear: [(plot) => this.drawUnder(plot)],
        draw: [(plot) => this.drawOver(plot, place.first)],
      },
    }
  }

  /** Tolerance band and the hatch over what was not recorded. */
  private drawUnder(plot: uPlot): void {
    const { ctx, bbox } = plot
    ctx.save()
    if (this.config.kind === 'residual') {
      const tolerance = this.config.tolerance ?? 1
      const top = plot.valToPos(tolerance, 'y', true)
      ctx.fillStyle = this.colours.twinTint
      ctx.fillRect(bbox.left, top, bbox.width, plot.valToPos(-tolerance, 'y', true) - top)
    }
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    ctx.strokeStyle = this.colours.rule
    ctx.lineWidth = devicePixelRatio
    for (const gap of this.store.gaps) this.hatch(plot, gap.start, gap.end)
    ctx.restore()
  }

  private hatch(plot: uPlot, start: number, end: number): void {
    const { ctx, bbox } = plot
    const left = Math.max(bbox.left, plot.valToPos(start, 'x', true))
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(end, 'x', true))
    if (right <= left) return
    ctx.save()
    ctx.beginPath()
    ctx.rect(left, bbox.top, right - left, bbox.height)
    ctx.clip()
    ctx.beginPath()
    const gap = 6 * devicePixelRatio
    for (let x = left - bbox.height; x < right; x += gap) {
      ctx.moveTo(x, bbox.top + bbox.height)
      ctx.lineTo(x + bbox.height, bbox.top)
    }
    ctx.stroke()
    ctx.restore()
  }

  /** Limits, marks with their flag, the words of a gap, the bars beyond tolerance, the live dot. */
  private drawOver(plot: uPlot, first: boolean): void {
    const { ctx, bbox } = plot
    const pixel = devicePixelRatio
    ctx.save()
    ctx.setLineDash([])
    ctx.font = `${12 * pixel}px ${getComputedStyle(document.documentElement).getPropertyValue('--l-sans')}`
    for (const limit of this.config.limits ?? []) {
      const y = plot.valToPos(limit.value, 'y', true)
      this.line(ctx, bbox.left, y, bbox.left + bbox.width, y, this.colours.att)
    }
    if (this.config.kind === 'residual') this.drawBeyond(plot)
    for (const mark of this.store.marks) this.drawMark(plot, mark.at, mark.label, first)
    if (first) for (const gap of this.store.gaps) this.drawGapWords(plot, gap.start, gap.end)
    const latest = this.store.machine.latest(this.config.key)
    if (latest && this.config.kind === undefined) {
      ctx.beginPath()
      ctx.arc(plot.valToPos(latest.time, 'x', true), plot.valToPos(latest.value, 'y', true), 4 * pixel, 0, 2 * Math.PI)
      ctx.fillStyle = this.main
      ctx.fill()
    }
    ctx.restore()
  }

  private drawBeyond(plot: uPlot): void {
    const [times, values] = plot.data
    const tolerance = this.config.tolerance ?? 1
    const { ctx } = plot
    const zero = plot.valToPos(0, 'y', true)
    ctx.fillStyle = this.colours.bad
    times.forEach((time, index) => {
      const value = values?.[index]
      if (value === null || value === undefined || Math.abs(value) <= tolerance) return
      if (time < (plot.scales['x']?.min ?? 0) || time > (plot.scales['x']?.max ?? 0)) return
      const y = plot.valToPos(value, 'y', true)
      ctx.fillRect(plot.valToPos(time, 'x', true) - devicePixelRatio, Math.min(y, zero), 2 * devicePixelRatio, Math.abs(zero - y))
    })
  }

  private drawMark(plot: uPlot, at: number, label: string, first: boolean): void {
    const { ctx, bbox } = plot
    const x = plot.valToPos(at, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) return
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio])
    this.line(ctx, x, bbox.top, x, bbox.top + bbox.height, this.colours.ink)
    ctx.setLineDash([])
    if (!first) return
    const pixel = devicePixelRatio
    const width = ctx.measureText(label).width + 16 * pixel
    const height = 16 * pixel
    const top = bbox.top - height
    const right = x + width > bbox.left + bbox.width ? -1 : 1
    ctx.fillStyle = this.colours.ink
    ctx.beginPath()
    ctx.moveTo(x, top)
    ctx.lineTo(x + right * width, top)
    ctx.lineTo(x + right * (width - 5 * pixel), top + height / 2)
    ctx.lineTo(x + right * width, top + height)
    ctx.lineTo(x, top + height)
    ctx.fill()
    ctx.fillStyle = this.colours.surface
    ctx.textAlign = right > 0 ? 'left' : 'right'
    ctx.textBaseline = 'middle'
    ctx.fillText(label, x + right * 5 * pixel, top + height / 2)
    ctx.textAlign = 'left'
  }

  private drawGapWords(plot: uPlot, start: number, end: number): void {
    const { ctx, bbox } = plot
    const middle = plot.valToPos((start + end) / 2, 'x', true)
    if (middle < bbox.left || middle > bbox.left + bbox.width) return
    ctx.fillStyle = this.colours.muted
    ctx.textAlign = 'center'
    ctx.textBaseline = 'bottom'
    ctx.fillText(fill(this.chart.texts.noData, { seconds: Math.round(end - start) }), middle, bbox.top - 2 * devicePixelRatio)
    ctx.textAlign = 'left'
  }

  private line(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number, colour: string): void {
    ctx.strokeStyle = colour
    ctx.lineWidth = devicePixelRatio
    ctx.beginPath()
    ctx.moveTo(x1, y1)
    ctx.lineTo(x2, y2)
    ctx.stroke()
  }
}
