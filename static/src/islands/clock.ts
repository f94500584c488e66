import { clock } from '../live/messages'

/** The time in the lab's zone: data-zone, data-now (platform time in seconds). */
export function mount(element: HTMLElement): () => void {
  const offset = Number(element.dataset['now'] ?? Date.now() / 1000) - Date.now() / 1000
  const face = element.querySelector<HTMLElement>('[data-clock]') ?? element
  const say = clock(element.dataset['zone'] ?? 'UTC', document.documentElement.lang)
  const timer = window.setInterval(() => {
    face.textContent = say(Date.now() / 1000 + offset)
  }, 1000)
  return () => window.clearInterval(timer)
}
