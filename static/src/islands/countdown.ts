import { fill } from '../live/messages'

const SHORT = 600
const LAST = 120

function words(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const rest = `${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
  return hours ? `${hours}:${rest}` : rest
}

/**
 * Time left. data-ends and data-now (platform time, seconds since 1970; the difference to this computer's clock is taken out),
 * data-total (seconds of the whole). Warns aloud at 10 and 2 minutes with data-say-warning ("{minutes} minutes left").
 * Parts inside: [data-clock], [data-bar], [data-aloud].
 */
export function mount(element: HTMLElement): () => void {
  const offset = Number(element.dataset['now'] ?? Date.now() / 1000) - Date.now() / 1000
  const face = element.querySelector<HTMLElement>('[data-clock]') ?? element
  const bar = element.querySelector<HTMLElement>('[data-bar]')
  const aloud = element.querySelector<HTMLElement>('[data-aloud]')
  let before = Infinity

  const tick = (): void => {
    const ends = Number(element.dataset['ends'])
    const left = Math.max(0, Math.ceil(ends - (Date.now() / 1000 + offset)))
    face.textContent = words(left)
    element.classList.toggle('is-short', left <= SHORT && left > LAST)
    element.classList.toggle('is-last', left <= LAST)
    const total = Number(element.dataset['total'] ?? 0)
    if (bar && total) bar.style.width = `${Math.min(100, (100 * (total - left)) / total)}%`
    for (const mark of [SHORT, LAST]) {
      if (aloud && before > mark && left <= mark && left > 0 && before !== Infinity) {
        aloud.textContent = fill(element.dataset['sayWarning'] ?? '{minutes}', { minutes: mark / 60 })
      }
    }
    if (left === 0 && before > 0) element.dispatchEvent(new CustomEvent('lift:time-over', { bubbles: true }))
    before = left
  }
  tick()
  const timer = window.setInterval(tick, 500)
  return () => window.clearInterval(timer)
}
