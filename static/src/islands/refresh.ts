import htmx from 'htmx.org'
import { onLive } from '../live/messages'

const GATHER_MS = 250

/**
 * A part of the page that the server draws anew when something happened: data-on (names of live events), data-what (only when
 * the event's `what` is one of these; all without it), data-url (the part). Waits while somebody types in it.
 */
export function mount(element: HTMLElement): () => void {
  const stop = new AbortController()
  const wanted = (element.dataset['what'] ?? '').split(/\s+/).filter(Boolean)
  let timer: number | undefined
  const draw = (): void => {
    timer = undefined
    const held = element.contains(document.activeElement) && document.activeElement?.matches('input, textarea, select')
    if (held) {
      later()
      return
    }
    void htmx.ajax('get', element.dataset['url'] ?? '', { source: element, target: element, swap: 'innerHTML' }) // its own source: htmx keeps one request per source
  }
  // Gathers without starting over: what goes on all the time is still drawn four times a second.
  const later = (): void => {
    timer ??= window.setTimeout(draw, GATHER_MS)
  }
  for (const event of (element.dataset['on'] ?? 'changed').split(/\s+/)) {
    onLive<{ what?: string } | null>(event, (data) => {
      if (!wanted.length || (data?.what && wanted.includes(data.what))) later()
    }, stop.signal)
  }
  return () => {
    stop.abort()
    window.clearTimeout(timer)
  }
}
