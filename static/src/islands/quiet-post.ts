import { tell } from '../live/messages'
import { post } from '../live/post'

/**
 * A form that is sent without leaving the page: what it changes comes back over the page's feed. A refusal is told beside it.
 * data-key: a letter that sends it too, while nobody types.
 */
export function mount(element: HTMLElement): () => void {
  const form = element as HTMLFormElement
  const stop = new AbortController()
  const said = document.createElement('p')
  said.className = 'l-small l-text-att'
  said.setAttribute('role', 'status')
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void post(form).then((answer) => {
      said.textContent = answer.reason
      if (answer.reason) form.after(said)
      else tell('changed', { what: 'polled' })
    }).catch(() => form.submit())
  }, { signal: stop.signal })
  window.addEventListener('keydown', (event) => {
    const typing = event.target instanceof Element && event.target.matches('input, textarea, select, [contenteditable]')
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== form.dataset['key']) return
    form.requestSubmit()
  }, { signal: stop.signal })
  return () => stop.abort()
}
