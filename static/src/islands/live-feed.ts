import { tell, type LiveMessage } from '../live/messages'

/** Poll answer: everything after `?after=`, oldest first. */
interface Polled {
  last: string | number | null
  events: (LiveMessage & { id?: string | number })[]
}

type Phase = 'open' | 'waiting' | 'polling' | 'over'

const EVENTS = 'telemetry report changed twin gap mark state grant command recording cut event stop class over'
const POLL_MS = 2000
const TRIES_BEFORE_POLLING = 3
const BACK_TO_STREAM_MS = 30_000

/**
 * The page's one open stream. Reads `data-url` (EventSource; the browser resumes with Last-Event-ID), re-tells each message as
 * `lift:live` on the document, and polls `data-poll-url` every 2 s where streams are blocked, saying so.
 * Texts: data-say-open, data-say-waiting, data-say-polling, data-say-over. Further event names: data-events.
 */
class Feed {
  private source: EventSource | null = null
  private timer: number | undefined
  private failures = 0
  private last: string
  private phase: Phase = 'waiting'

  constructor(private readonly element: HTMLElement) {
    this.last = element.dataset['after'] ?? ''
    this.listen()
  }

  stop(): void {
    this.source?.close()
    this.source = null
    window.clearTimeout(this.timer)
  }

  private listen(): void {
    const url = this.element.dataset['url']
    if (!url) return this.poll()
    const source = new EventSource(this.last ? `${url}${url.includes('?') ? '&' : '?'}after=${encodeURIComponent(this.last)}` : url)
    this.source = source
    source.addEventListener('open', () => {
      this.failures = 0
      this.say('open')
    })
    source.addEventListener('error', () => this.failed(source))
    const names = new Set(`${EVENTS} ${this.element.dataset['events'] ?? ''}`.split(/\s+/).filter(Boolean))
    for (const name of names) source.addEventListener(name, (message) => this.hear(name, message))
    source.addEventListener('message', (message) => this.hear('message', message))
  }

  private hear(event: string, message: MessageEvent<string>): void {
    if (message.lastEventId) this.last = message.lastEventId
    this.retell({ event, data: message.data ? JSON.parse(message.data) : null })
  }

  private retell(message: LiveMessage): void {
    tell(message.event, message.data)
    if (message.event === 'over') {
      this.stop()
      this.say('over')
    }
  }

  private failed(source: EventSource): void {
    if (this.source !== source || this.phase === 'over') return
    this.failures += 1
    this.say('waiting')
    if (source.readyState !== EventSource.CLOSED && this.failures < TRIES_BEFORE_POLLING) return
    this.stop()
    this.poll()
  }

  private poll(since = Date.now()): void {
    const url = this.element.dataset['pollUrl']
    if (!url) return
    void this.ask(url).then((alive) => {
      if (!alive || this.phase === 'over') return
      const retry = Date.now() - since > BACK_TO_STREAM_MS && this.element.dataset['url']
      this.timer = window.setTimeout(() => (retry ? this.listen() : this.poll(since)), POLL_MS)
    })
  }

  /** False when the server says that the right to listen is over. */
  private async ask(url: string): Promise<boolean> {
    try {
      const response = await fetch(`${url}${url.includes('?') ? '&' : '?'}after=${encodeURIComponent(this.last)}`, {
        credentials: 'same-origin', headers: { Accept: 'application/json' },
      })
      if ([401, 403, 404, 410].includes(response.status)) {
        this.say('over')
        return false
      }
      if (!response.ok) throw new Error(String(response.status))
      const polled = (await response.json()) as Polled
      this.say('polling')
      polled.events.forEach((message) => this.retell(message))
      if (polled.last !== null) this.last = String(polled.last)
    } catch {
      this.say('waiting')
    }
    return true
  }

  private say(phase: Phase): void {
    if (this.phase === phase && this.element.dataset['phase'] === phase) return
    this.phase = phase
    this.element.dataset['phase'] = phase
    const tone = { open: 'good', waiting: 'att', polling: this.element.dataset['calm'] === undefined ? 'att' : 'twin', over: 'off' }[phase]
    this.element.className = this.element.className.replace(/\bl-chip--\w+/, `l-chip--${tone}`)
    const text = this.element.dataset[`say${phase[0]?.toUpperCase()}${phase.slice(1)}`]
    if (text) this.element.textContent = text
    document.dispatchEvent(new CustomEvent<Phase>('lift:feed', { detail: phase }))
  }
}

export function mount(element: HTMLElement): () => void {
  const feed = new Feed(element)
  const leave = (): void => feed.stop()
  window.addEventListener('pagehide', leave, { once: true })
  return leave
}
