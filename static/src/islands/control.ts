import { fill, onLive, type Telemetry } from '../live/messages'
import { post } from '../live/post'

const GATHER_MS = 350

/**
 * One thing that may be driven: a form (variable, value) with minus and plus, or a switch. Several presses within a moment are
 * sent as one wish. Live fill = what the machine says, ink mark = what was asked; the chip says "as asked" or "asked 95, waiting";
 * a refusal stands in [data-said]. Attributes: data-variable, data-kind (number | bool), data-low, data-high, data-step,
 * data-digits, data-say-as-asked, data-say-waiting ("asked {value}, waiting"), data-say-on, data-say-off.
 */
export function mount(element: HTMLElement): () => void {
  const form = element as HTMLFormElement
  const set = form.dataset
  const stop = new AbortController()
  const part = (name: string): HTMLElement | null => form.querySelector(`[data-${name}]`)
  const field = form.querySelector<HTMLInputElement>('input[name="value"]')
  const low = Number(set['low'] ?? 0)
  const high = Number(set['high'] ?? 1)
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: Number(set['digits'] ?? 0) })
  let now: number | boolean | null = set['value'] === undefined || set['value'] === '' ? null : set['kind'] === 'bool' ? set['value'] === 'true' : Number(set['value'])
  let asked: number | boolean | null = null
  let timer: number | undefined

  const place = (value: number): string => `${(100 * Math.min(1, Math.max(0, (value - low) / (high - low)))).toFixed(1)}%`
  const chip = (text: string | undefined, tone: 'good' | 'att'): void => {
    const target = part('chip')
    if (!target || !text) return
    target.textContent = text
    target.className = `l-chip l-chip--${tone}`
  }
  const show = (): void => {
    if (typeof now === 'number') {
      const face = part('now-value')
      if (face) face.textContent = number.format(now)
      const bar = part('now')
      if (bar) bar.style.width = place(now)
    }
    const want = part('want')
    const wish = asked ?? now
    if (want && typeof wish === 'number') want.style.left = place(wish)
    const kept = asked === null || asked === now || (typeof asked === 'number' && typeof now === 'number' && Math.abs(asked - now) < 10 ** -Number(set['digits'] ?? 0) / 2)
    if (kept && now !== null) {
      chip(typeof now === 'boolean' ? (now ? set['sayOn'] : set['sayOff']) : set['sayAsAsked'], 'good')
    } else if (asked !== null) {
      chip(fill(set['sayWaiting'] ?? '', { value: typeof asked === 'number' ? number.format(asked) : '' }), 'att')
    }
    const turn = part('turn')
    if (turn && typeof wish === 'boolean') turn.textContent = (wish ? turn.dataset['off'] : turn.dataset['on']) ?? ''
    form.querySelectorAll<HTMLButtonElement>('button[data-by]').forEach((button) => {
      // Never shut at a limit: whoever asks for more is told why not, by the platform that also guards it.
      if (form.dataset['locked'] === undefined) button.disabled = false
    })
  }
  const send = async (): Promise<void> => {
    const said = part('said')
    const answer = await post(form, { value: String(asked) }).catch(() => ({ ok: false, reason: set['sayFailed'] ?? '' }))
    if (said) said.textContent = answer.reason
    if (!answer.ok) asked = null
    show()
  }
  const ask = (value: number | boolean): void => {
    asked = value
    if (field) field.value = String(value)
    show()
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void send(), typeof value === 'boolean' ? 0 : GATHER_MS)
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (set['kind'] === 'bool') ask(!(asked ?? now))
    else if (field) ask(Number(field.value.replace(',', '.')))
  })
  form.querySelectorAll<HTMLButtonElement>('button[data-by]').forEach((button) => button.addEventListener('click', () => {
    ask(Number(asked ?? now ?? low) + Number(button.dataset['by']))
  }))
  onLive<Telemetry>('telemetry', (block) => {
    const latest = block.variables[set['variable'] ?? '']?.findLast((value) => value !== null)
    if (latest === undefined || latest === null || typeof latest === 'string') return
    now = latest
    form.classList.remove('is-stale')
    show()
  }, stop.signal)
  onLive<{ quality: string }>('state', (state) => form.classList.toggle('is-stale', state.quality === 'stale'), stop.signal)
  form.dataset['ready'] = ''
  show()
  return () => stop.abort()
}
