import { onLive, tell, type State } from '../live/messages'

const EVERY_MS = 2000

/**
 * The page's sign of life: a form sent every 2 s, so that a closed browser loses the controls within seconds; and one word when
 * the page goes (data-leave). Also says what the values are worth: `state` stale once nothing arrived for data-stale ms.
 */
export function mount(element: HTMLElement): () => void {
  const form = element as HTMLFormElement
  const stop = new AbortController()
  const patience = Number(form.dataset['stale'] ?? 2000)
  let heard = performance.now()
  let quality: State['quality'] = 'live'
  const body = (): FormData => new FormData(form)

  const beat = (): void => {
    void fetch(form.action, { method: 'POST', body: body(), credentials: 'same-origin', keepalive: true }).then((answer) => {
      if (answer.status === 410) window.clearInterval(beating)
    }).catch(() => undefined)
  }
  const judge = (): void => {
    const now: State['quality'] = performance.now() - heard > patience ? 'stale' : 'live'
    if (now === quality) return
    quality = now
    tell('state', { quality })
  }
  onLive('telemetry', () => {
    heard = performance.now()
    judge()
  }, stop.signal)
  window.addEventListener('pagehide', () => {
    if (form.dataset['leave']) navigator.sendBeacon(form.dataset['leave'], body())
  }, { signal: stop.signal })
  document.addEventListener('lift:feed', (event) => {
    if ((event as CustomEvent<string>).detail === 'open') tell('changed', { what: 'polled' }) // what was missed meanwhile
  }, { signal: stop.signal })
  window.addEventListener('pageshow', beat, { signal: stop.signal })
  beat()
  const beating = window.setInterval(beat, EVERY_MS)
  const judging = window.setInterval(judge, 250)
  return () => {
    stop.abort()
    window.clearInterval(beating)
    window.clearInterval(judging)
  }
}
