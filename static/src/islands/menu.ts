/** Closes a `<details>` menu by Escape (the focus goes back to its button), by a click elsewhere and when another opens. */
export function mount(element: HTMLElement): () => void {
  const menu = element as HTMLDetailsElement
  const stop = new AbortController()
  const close = (): void => {
    menu.open = false
  }
  document.addEventListener('click', (event) => {
    if (menu.open && !menu.contains(event.target as Node)) close()
  }, { signal: stop.signal })
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return
    close()
    menu.querySelector('summary')?.focus()
  })
  menu.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget as Node)) close()
  })
  return () => stop.abort()
}
