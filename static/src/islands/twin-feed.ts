import { tell, type TwinTelemetry } from '../live/messages'

/**
 * What the computer copy says beside the machine: asks data-url with `?after=<last instant>` every data-every seconds (3) and
 * re-tells the answer (TwinTelemetry) as the event `twin`. Rests while the page is not seen.
 */
export function mount(element: HTMLElement): () => void {
  const url = element.dataset['url'] ?? ''
  let after = Number(element.dataset['after'] ?? 0)
  const ask = async (): Promise<void> => {
    if (!url || document.hidden) return
    const response = await fetch(`${url}${url.includes('?') ? '&' : '?'}after=${after}`, {
      credentials: 'same-origin', headers: { Accept: 'application/json' },
    }).catch(() => null)
    if (!response?.ok) return
    const block = (await response.json()) as TwinTelemetry
    if (!block.times?.length) return // also what a copy that has just ended answers
    after = block.times.at(-1) ?? after
    tell('twin', block)
  }
  void ask()
  const timer = window.setInterval(() => void ask(), 1000 * Number(element.dataset['every'] ?? 3))
  return () => window.clearInterval(timer)
}
