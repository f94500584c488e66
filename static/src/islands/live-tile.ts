import type { History } from '../live/chart-config'
import { clock, fill } from '../live/messages'
import { LiveStore, type Series } from '../live/store'
import { svg } from '../schematic/draw'

const EVERY_MS = 5000
const SPAN = 600
const BOX = { left: 38, right: 462, top: 12, bottom: 152, width: 548, height: 178 }

/** A small chart of one variable that anybody may watch; asks for its series every 5 s while it is seen. */
class Tile {
  private readonly store: LiveStore
  private readonly key: string
  private readonly low: number
  private readonly high: number

  constructor(private readonly element: HTMLElement) {
    const set = element.dataset
    this.key = set['key'] ?? ''
    this.low = Number(set['low'] ?? 0)
    this.high = Number(set['high'] ?? 100)
    this.store = new LiveStore([this.key], 1)
    void this.ask()
  }

  async ask(): Promise<void> {
    const url = this.element.dataset['url']
    if (!url || document.hidden) return
    const response = await fetch(url, { credentials: 'same-origin', headers: { Accept: 'application/json' } }).catch(() => null)
    if (!response?.ok) return
    const series = (await response.json()) as History
    this.store.addMachine(series.times, series.variables)
    if (series.twin) this.store.addTwin(series.twin.times, series.twin.variables)
    series.gaps?.forEach((gap) => this.store.addGap(gap))
    this.show()
  }

  private x(time: number): number {
    return BOX.left + (BOX.right - BOX.left) * (1 - (this.store.now - time) / SPAN)
  }

  private y(value: number): number {
    const share = (value - this.low) / (this.high - this.low || 1)
    return BOX.bottom - (BOX.bottom - BOX.top) * Math.min(1.05, Math.max(-0.05, share))
  }

  private line(series: Series): string {
    let pen = false
    const column = series.columns.get(this.key) ?? []
    return series.times.map((time, index) => {
      const value = column[index]
      if (value === null || value === undefined || time < this.store.now - SPAN) {
        pen = false
        return ''
      }
      const point = `${pen ? 'L' : 'M'}${this.x(time).toFixed(1)} ${this.y(value).toFixed(1)}`
      pen = true
      return point
    }).join('')
  }

  private show(): void {
    const latest = this.store.machine.latest(this.key)
    const place = this.element.querySelector('[data-chart]')
    if (!latest || !place) return
    const set = this.element.dataset
    const value = this.element.querySelector('[data-value]')
    if (value) value.textContent = latest.value.toFixed(0)
    const time = this.element.querySelector('[data-clock]')
    if (time) time.textContent = clock(set['zone'] ?? 'UTC', document.documentElement.lang)(latest.time)
    place.replaceChildren(svg('svg', { viewBox: `0 0 ${BOX.width} ${BOX.height}`, class: 'l-plot', 'aria-hidden': 'true' }, ...this.parts(latest.value)))
  }

  private parts(latest: number): SVGElement[] {
    const set = this.element.dataset
    const middle = (this.low + this.high) / 2
    const across = [this.low, middle, this.high].flatMap((value) => [
      svg('path', { class: 'l-plot__grid', d: `M${BOX.left} ${this.y(value)}H${BOX.right}` }),
      svg('text', { class: 'l-plot__tick', x: BOX.left - 8, y: this.y(value) + 4, 'text-anchor': 'end' }, String(Math.round(value))),
    ])
    const along = [8, 6, 4, 2, 0].map((minutes) => svg('text', {
      class: 'l-plot__tick', x: this.x(this.store.now - minutes * 60), y: BOX.bottom + 18, 'text-anchor': minutes ? 'middle' : 'end',
    }, minutes ? `−${minutes}` : (set['sayNow'] ?? '')))
    const unit = svg('text', { class: 'l-plot__tick', x: BOX.left, y: BOX.bottom + 18 }, `−10 ${set['sayMin'] ?? ''}`)
    const gaps = this.store.gaps.filter((gap) => gap.start > this.store.now - SPAN).map((gap) => svg('text', {
      class: 'l-plot__note', x: this.x((gap.start + gap.end) / 2), y: BOX.bottom - 6, 'text-anchor': 'middle',
    }, fill(set['sayGap'] ?? '', { seconds: Math.round(gap.end - gap.start) })))
    const limit = set['limit'] === undefined ? [] : [
      svg('path', { class: 'l-plot__limit', d: `M${BOX.left} ${this.y(Number(set['limit']))}H${BOX.right}` }),
      svg('text', { class: 'l-plot__limit-word', x: BOX.right + 8, y: this.y(Number(set['limit'])) + 4 }, `${set['sayLimit'] ?? ''} ${set['limit']}`),
    ]
    const at = this.y(latest)
    return [...across, ...along, unit, ...limit, ...gaps,
      svg('path', { class: 'l-plot__twin', d: this.line(this.store.twin) }),
      svg('path', { class: 'l-plot__live', d: this.line(this.store.machine) }),
      svg('circle', { class: 'l-plot__dot', cx: BOX.right, cy: at, r: 4 }),
      svg('text', { class: 'l-plot__live-word', x: BOX.right + 8, y: at + 4 }, set['sayMachine'] ?? ''),
      ...(this.store.twin.times.length ? [svg('text', { class: 'l-plot__twin-word', x: BOX.right + 8, y: at + 20 }, set['sayTwin'] ?? '')] : []),
    ]
  }
}

export function mount(element: HTMLElement): () => void {
  const tile = new Tile(element)
  const timer = window.setInterval(() => void tile.ask(), EVERY_MS)
  return () => window.clearInterval(timer)
}
