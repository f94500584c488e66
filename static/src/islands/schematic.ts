import { configOf, onLive, type State, type Telemetry, type TwinTelemetry, type Value } from '../live/messages'
import { drawCell, type CellState } from '../schematic/machining-cell'

interface Travel {
  variable: string
  low: number
  high: number
  unit: string
}

/** Which variable moves what; texts are translated. The picture is described in `label` for those who cannot see it. */
interface SchematicConfig {
  kind: 'machining-cell'
  label: string
  head: Travel
  table: Travel
  spindle: { variable: string; unit: string }
  tool: { variable: string }
  part: { variable: string }
  step: { variable: string }
  /** variable and the values that mean: cutting, and standing because of a fault */
  state: { variable: string; cutting: string[]; fault: string[] }
  texts: { head: string; table: string; spindle: string; tool: string; part: string; whereTwin: string }
  now?: Record<string, Value>
  twinNow?: Record<string, Value>
}

const REDRAW_MS = 200

class Picture {
  private machine: Record<string, Value> = {}
  private twin: Record<string, Value> | null = null
  private changed = true
  private readonly stopping = new AbortController()
  private readonly number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 })

  constructor(private readonly element: HTMLElement, private readonly config: SchematicConfig) {
    this.machine = { ...config.now }
    if (config.twinNow) this.twin = { ...config.twinNow }
    element.classList.add('l-schematic')
    element.setAttribute('role', 'img')
    element.setAttribute('aria-label', config.label)
    const { signal } = this.stopping
    onLive<Telemetry>('telemetry', (block) => {
      this.keep(this.machine, block.variables)
      if (block.twin) this.keep((this.twin ??= {}), block.twin)
    }, signal)
    onLive<TwinTelemetry>('twin', (block) => this.keep((this.twin ??= {}), block.variables), signal)
    onLive<State>('state', (state) => element.classList.toggle('is-stale', state.quality === 'stale'), signal)
    const timer = window.setInterval(() => this.draw(), REDRAW_MS)
    signal.addEventListener('abort', () => window.clearInterval(timer))
    this.draw()
  }

  stop(): void {
    this.stopping.abort()
  }

  private keep(known: Record<string, Value>, columns: Record<string, Value[]>): void {
    for (const [name, column] of Object.entries(columns)) {
      const value = column.at(-1)
      if (value !== undefined && value !== null) known[name] = value
    }
    this.changed = true
  }

  private draw(): void {
    if (!this.changed || document.hidden) return
    this.changed = false
    this.element.querySelector('svg')?.remove()
    this.element.append(drawCell(this.state(), this.element.dataset['compact'] !== undefined))
  }

  private share(travel: Travel, from: Record<string, Value>): number {
    const value = Number(from[travel.variable] ?? travel.low)
    return Math.min(1, Math.max(0, (value - travel.low) / (travel.high - travel.low || 1)))
  }

  private said(name: string, unit = ''): string {
    const value = this.machine[name]
    if (value === undefined || value === null) return '–'
    return `${typeof value === 'number' ? this.number.format(value) : String(value)}${unit ? ` ${unit}` : ''}`
  }

  private state(): CellState {
    const { config } = this
    const is = String(this.machine[config.state.variable] ?? '')
    const cutting = config.state.cutting.includes(is)
    return {
      headDown: 1 - this.share(config.head, this.machine),
      tableRight: this.share(config.table, this.machine),
      twin: this.twin && config.head.variable in this.twin ? { headDown: 1 - this.share(config.head, this.twin) } : null,
      cutting,
      lamp: is === '' ? '' : cutting ? 'good' : config.state.fault.includes(is) ? 'bad' : 'att',
      whereTwin: config.texts.whereTwin,
      labels: {
        head: { name: config.texts.head, value: `Z ${this.said(config.head.variable)}` },
        table: { name: config.texts.table, value: `X ${this.said(config.table.variable)}` },
        spindle: { name: config.texts.spindle, value: this.said(config.spindle.variable, config.spindle.unit) },
        tool: { name: config.texts.tool, value: `T${this.said(config.tool.variable)}` },
        part: { name: `${config.texts.part} ${this.said(config.part.variable)}`, value: this.said(config.step.variable) },
      },
    }
  }
}

export function mount(element: HTMLElement): () => void {
  const picture = new Picture(element, configOf<SchematicConfig>(element))
  return () => picture.stop()
}
