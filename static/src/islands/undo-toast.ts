interface Said {
  text: string
  undo_url?: string
}

const STAYS_MS = 12_000

/**
 * Shows what just happened as a quiet line with undo. A server says it after an htmx request by the header
 * `HX-Trigger: {"lift:said": {"text": "…", "undo_url": "…"}}`; texts and the form's hidden fields come from data-say-undo and a
 * `<template>` holding the csrf form.
 */
export function mount(element: HTMLElement): () => void {
  const stop = new AbortController()
  const template = element.querySelector('template')
  document.body.addEventListener('lift:said', (event) => {
    const said = (event as CustomEvent<Said>).detail
    const line = (template?.content.firstElementChild?.cloneNode(true) ?? document.createElement('div')) as HTMLElement
    const text = line.querySelector<HTMLElement>('[data-text]') ?? line
    text.textContent = said.text
    const form = line.querySelector('form')
    if (form && said.undo_url) form.action = said.undo_url
    else form?.remove()
    element.append(line)
    window.setTimeout(() => line.remove(), STAYS_MS)
  }, { signal: stop.signal })
  return () => stop.abort()
}
