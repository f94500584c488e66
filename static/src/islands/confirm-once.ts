const PATIENCE_MS = 8000

/** A button that destroys: the first press asks (data-ask names what will be lost), the second one does it. */
export function mount(element: HTMLElement): void {
  const calm = element.innerHTML
  let asked = false
  let timer: number | undefined
  const rest = (): void => {
    window.clearTimeout(timer)
    asked = false
    element.innerHTML = calm
    element.classList.remove('l-btn--danger')
  }
  element.addEventListener('click', (event) => {
    if (asked) return
    event.preventDefault()
    event.stopImmediatePropagation()
    asked = true
    element.textContent = element.dataset['ask'] ?? ''
    element.classList.add('l-btn--danger')
    timer = window.setTimeout(rest, PATIENCE_MS)
  }, { capture: true })
  element.addEventListener('blur', () => asked && rest())
  element.addEventListener('keydown', (event) => event.key === 'Escape' && rest())
}
