import { tell } from '../live/messages'
import { post } from '../live/post'

/**
 * Stop: a form with one button. The button and the Esc key send it at once and ask nothing; every press is sent. Whatever else
 * hears Esc hears it after Stop. If the page cannot send it, the form itself is submitted. Texts: data-say-sent, data-say-done,
 * data-say-failed, shown in [data-said].
 */
export function mount(element: HTMLElement): () => void {
  const form = element as HTMLFormElement
  const said = document.querySelector<HTMLElement>(form.dataset['said'] ?? '[data-said]')
  const button = form.querySelector('button')
  const stop = new AbortController()
  const say = (text: string | undefined): void => {
    if (said && text) said.textContent = text
  }
  const send = async (): Promise<void> => {
    say(form.dataset['saySent'])
    button?.classList.add('is-sent')
    try {
      const answer = await post(form)
      say(answer.ok ? form.dataset['sayDone'] : answer.reason)
      tell('stop-sent', answer)
      if (answer.ok) tell('changed', { what: 'polled' })
      else form.submit()
    } catch {
      say(form.dataset['sayFailed'])
      form.submit()
    } finally {
      button?.classList.remove('is-sent')
    }
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void send()
  })
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && form.dataset['key'] !== 'none') void send()
  }, { capture: true, signal: stop.signal })
  return () => stop.abort()
}
