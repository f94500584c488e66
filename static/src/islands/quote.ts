/**
 * Words marked in a text go into a form: data-into names the field that takes them. Nothing happens without a selection,
 * so that the field can be typed into as well.
 */
export function mount(element: HTMLElement): () => void {
  const stop = new AbortController()
  const field = document.getElementById(element.dataset['into'] ?? '') as HTMLTextAreaElement | null
  const take = (): void => {
    const chosen = document.getSelection()
    const words = chosen?.toString().trim() ?? ''
    if (!field || !words || !chosen?.anchorNode || !element.contains(chosen.anchorNode)) return
    field.value = words
    field.closest('details')?.setAttribute('open', '')
  }
  element.addEventListener('mouseup', take, { signal: stop.signal })
  element.addEventListener('keyup', take, { signal: stop.signal })
  return () => stop.abort()
}
