import 'uplot/dist/uPlot.min.css'
import type { ChartConfig, History } from '../live/chart-config'
import { spread } from '../live/labels'
import { clock, configOf, fill, onLive, type Gap, type Mark, type State, type Telemetry, type TwinTelemetry } from '../live/messages'
import { Panel, RIGHT, type PanelPlace } from '../live/panel'
import { LiveStore } from '../live/store'

const REDRAW_MS = 250
const TABLE_ROWS = 60

/**
 * Panels over one axis of time. Parts inside the element: [data-panels], [data-say], [data-table] (hidden container),
 * buttons [data-range="120|600|all"] and [data-toggle-table]; configuration (ChartConfig) as JSON.
 */
class Chart {
  private readonly store: LiveStore
  private readonly panels: Panel[]
  private readonly box: HTMLElement
  private readonly labels = document.createElement('div')
  private readonly timeText: (instant: number) => string
  private span = 600
  private drawn = 0
  private heardAt = 0
  private quality: State['quality'] = 'live'
  private readonly stopping = new AbortController()

  constructor(private readonly element: HTMLElement, private readonly config: ChartConfig) {
    this.box = element.querySelector<HTMLElement>('[data-panels]') ?? element
    this.store = new LiveStore([...new Set(config.panels.map((panel) => panel.key))], config.period)
    this.timeText = clock(config.zone, document.documentElement.lang, false)
    this.panels = config.panels.map((panel, index) => new Panel(panel, config, this.store, this.places()[index] as PanelPlace, this.timeText, element.id || 'live'))
    this.labels.className = 'l-live__labels'
    this.labels.style.width = `${RIGHT}px`
    this.labels.setAttribute('aria-hidden', 'true')
    this.box.append(...this.panels.map((panel) => panel.root), this.labels)
    this.box.setAttribute('role', 'img')
    this.box.setAttribute('aria-label', config.label)
    this.wire()
    if (config.history) this.take(config.history)
    if (config.historyUrl) void this.load(config.historyUrl)
  }

  stop(): void {
    this.stopping.abort()
  }

  private places(): PanelPlace[] {
    const weights = this.config.panels.map((panel) => panel.weight ?? 1)
    const whole = weights.reduce((sum, weight) => sum + weight, 0)
    const room = Math.max(40 * weights.length, this.box.clientHeight - Panel.chrome(weights.length))
    return weights.map((weight, index) => ({
      first: index === 0, last: index === weights.length - 1, width: this.box.clientWidth,
      height: Math.max(24, Math.floor((room * weight) / whole)),
    }))
  }

  private wire(): void {
    const { signal } = this.stopping
    onLive<Telemetry>('telemetry', (block) => {
      this.heardAt = performance.now()
      this.store.addMachine(block.times, block.variables)
      if (block.twin) this.store.addTwin(block.times, block.twin)
    }, signal)
    onLive<TwinTelemetry>('twin', (block) => this.store.addTwin(block.times, block.variables), signal)
    onLive<Gap>('gap', (gap) => this.store.addGap(gap), signal)
    onLive<Mark>('mark', (mark) => this.store.addMark(mark), signal)
    onLive<State>('state', (state) => {
      this.quality = state.quality
    }, signal)
    this.element.querySelectorAll<HTMLButtonElement>('[data-range]').forEach((button, _index, all) => button.addEventListener('click', () => {
      this.span = button.dataset['range'] === 'all' ? Infinity : Number(button.dataset['range'])
      all.forEach((other) => other.setAttribute('aria-pressed', String(other === button)))
      this.draw()
    }, { signal }))
    this.element.querySelector('[data-toggle-table]')?.addEventListener('click', (event) => this.toggleTable(event.currentTarget as HTMLElement), { signal })
    const resizing = new ResizeObserver(() => this.resize())
    resizing.observe(this.box)
    const look = new MutationObserver(() => this.panels.forEach((panel) => panel.recolour()))
    look.observe(document.documentElement, { attributeFilter: ['data-look'] })
    const timer = window.setInterval(() => this.draw(), REDRAW_MS)
    signal.addEventListener('abort', () => {
      resizing.disconnect()
      look.disconnect()
      window.clearInterval(timer)
    })
  }

  private async load(url: string): Promise<void> {
    const response = await fetch(url, { credentials: 'same-origin', headers: { Accept: 'application/json' } })
    if (response.ok) this.take((await response.json()) as History)
  }

  private take(history: History): void {
    this.store.addMachine(history.times, history.variables)
    if (history.twin) this.store.addTwin(history.twin.times, history.twin.variables)
    history.gaps?.forEach((gap) => this.store.addGap(gap))
    history.marks?.forEach((mark) => this.store.addMark(mark))
    this.draw()
  }

  private resize(): void {
    const places = this.places()
    this.panels.forEach((panel, index) => panel.resize(places[index] as PanelPlace))
    this.draw()
  }

  private draw(): void {
    if (document.hidden || !this.store.now) return
    const to = this.store.now
    const from = this.span === Infinity ? Math.min(this.store.begin, to - 30) : to - this.span
    this.panels.forEach((panel) => panel.show(from, to))
    this.writeLabels()
    this.sayState()
    const table = this.element.querySelector<HTMLElement>('[data-table]')
    if (table && !table.hidden && performance.now() - this.drawn > 4000) this.writeTable(table, from, to)
  }

  private writeLabels(): void {
    const lines = this.panels.flatMap((panel) => spread(panel.labels(), panel.root.offsetHeight).map((label) => {
      const line = document.createElement('span')
      line.className = `is-${label.tone}`
      line.style.top = `${panel.root.offsetTop + label.y}px`
      line.textContent = label.text
      return line
    }))
    this.labels.replaceChildren(...lines)
  }

  /** Greys the values and says since when, once two periods passed without one. */
  private sayState(): void {
    const silent = this.heardAt > 0 && performance.now() - this.heardAt > Math.max(1000, 2000 * this.config.period)
    const stale = silent || this.quality === 'stale'
    this.element.classList.toggle('is-stale', stale)
    const say = this.element.querySelector<HTMLElement>('[data-say]')
    const since = this.store.machine.last
    const text = stale && since ? fill(this.config.texts.stale, { time: clock(this.config.zone, document.documentElement.lang)(since) }) : ''
    if (say && say.textContent !== text) say.textContent = text
  }

  private toggleTable(button: HTMLElement): void {
    const table = this.element.querySelector<HTMLElement>('[data-table]')
    if (!table) return
    table.hidden = !table.hidden
    button.setAttribute('aria-expanded', String(!table.hidden))
    this.drawn = 0
    this.resize()
  }

  /** The same numbers, newest first: one row each so that the window fits in TABLE_ROWS rows. */
  private writeTable(place: HTMLElement, from: number, to: number): void {
    this.drawn = performance.now()
    const step = Math.max(this.config.period, Math.ceil((to - from) / TABLE_ROWS))
    const at = clock(this.config.zone, document.documentElement.lang)
    const { texts, panels } = this.config
    const heads = panels.flatMap((panel) => panel.kind === 'residual'
      ? [`${texts.difference}, ${panel.unit}`]
      : [`${panel.title}, ${panel.unit}`, ...(panel.twin ? [`${panel.title}, ${texts.twin}`] : [])])
    const rows: string[][] = []
    for (let time = to; time > from && rows.length < TABLE_ROWS; time -= step) rows.push([at(time), ...panels.flatMap((panel) => this.cells(panel.key, time, panel))])
    const table = document.createElement('table')
    table.className = 'l-table'
    table.append(rowOf('th', [texts.time, ...heads]), ...rows.map((row) => rowOf('td', row)))
    place.replaceChildren(table)
  }

  private cells(key: string, time: number, panel: ChartConfig['panels'][number]): string[] {
    const machine = this.store.machine.at(key, time)
    const twin = this.store.twin.at(key, time)
    const said = (value: number | null): string => (value === null ? '–' : value.toFixed(panel.digits ?? 0))
    if (panel.kind === 'residual') return [said(machine !== null && twin !== null ? machine - twin : null)]
    return panel.twin ? [said(machine), said(twin)] : [said(machine)]
  }
}

function rowOf(kind: 'th' | 'td', texts: readonly string[]): HTMLTableRowElement {
  const row = document.createElement('tr')
  row.append(...texts.map((text, index) => {
    const cell = document.createElement(kind)
    if (kind === 'th') cell.setAttribute('scope', 'col')
    if (index) cell.className = 'l-num'
    cell.textContent = text
    return cell
  }))
  return row
}

export function mount(element: HTMLElement): () => void {
  const chart = new Chart(element, configOf<ChartConfig>(element))
  return () => chart.stop()
}
